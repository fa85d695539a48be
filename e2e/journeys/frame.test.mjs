// What stays around every room: groups of rooms, chips, the glossary, the place on the page.
import assert from "node:assert/strict";
import { journey } from "../lib/test_page.mjs";

const CPU = ["no-adapter"];

journey(
  "Home says what the page is, and one press leads to a search that is there",
  async (lab) => {
    const { page } = lab;
    await lab.open();
    await page.getByText("For students and teachers of machine learning").waitFor();
    const groups = page.locator("section.home section");
    await groups.first().waitFor({ timeout: 60_000 });
    assert.deepEqual(await groups.getByRole("heading", { level: 2 }).allTextContents(), ["Learn", "Look", "Train", "Yours"]);
    assert.equal(await page.locator(".doors a").count(), 13);
    await page.getByRole("link", { name: "Start here" }).click();
    await page.waitForURL(/retrieve\?q=a\+red\+circle$/);
    await lab.ranked();
    assert.equal((await lab.verdicts(1))[0], "true");
  },
  CPU,
);

journey(
  "on a phone the bar has a word for each group, which opens its rooms",
  async (lab) => {
    const { page } = lab;
    await page.setViewportSize({ width: 360, height: 740 });
    await lab.open("caption");
    await lab.encoded();
    const bar = page.getByRole("navigation", { name: "Rooms" });
    assert.deepEqual(await bar.getByRole("button").allTextContents(), ["Learn", "Look", "Train", "Yours"]);
    assert.equal(await bar.locator("button[aria-current]").textContent(), "Look");
    assert.equal(await bar.getByRole("link").count(), 0, "the rooms are not in the way");
    const train = bar.getByRole("button", { name: "Train" });
    await train.click();
    assert.deepEqual(await bar.getByRole("link").allTextContents(), ["Contrast", "Fuse", "Sabotage"]);
    await page.keyboard.press("Escape");
    assert.equal(await bar.getByRole("link").count(), 0, "Escape closes them");
    await train.click();
    await page.locator("h1").click();
    assert.equal(await bar.getByRole("link").count(), 0, "a press elsewhere closes them");
    await train.click();
    await bar.getByRole("link", { name: "Fuse" }).click();
    await lab.heading().filter({ hasText: "Fuse" }).waitFor();
    assert.equal(await bar.getByRole("link").count(), 0, "a room that is chosen closes them");
    assert.equal(await bar.locator("button[aria-current]").textContent(), "Train");
    const cut = await bar.getByRole("button").evaluateAll((buttons) => buttons.filter((one) => one.scrollWidth > one.clientWidth).length);
    assert.equal(cut, 0, "no word is cut");
    await lab.screenshot("bar-360");
  },
  CPU,
);

journey(
  "at twice the size more than half of the height is the room's",
  async (lab) => {
    const { page } = lab;
    for (const [width, height] of [[640, 360], [720, 450]]) {
      await page.setViewportSize({ width, height });
      await lab.open("caption");
      await lab.encoded();
      const { y } = await page.locator("main").boundingBox();
      assert.ok(y <= height / 2, `the room begins at ${y} of ${height} px`);
    }
  },
  CPU,
);

journey(
  "a room begins at its top, and Back returns to the place",
  async (lab) => {
    const { page } = lab;
    await page.setViewportSize({ width: 1000, height: 500 });
    await lab.open("caption?picture=1-1");
    await lab.words();
    const link = (name) => page.getByRole("navigation", { name: "Rooms" }).getByRole("link", { name, exact: true });
    await page.evaluate(() => scrollTo(0, 300));
    assert.ok((await page.evaluate(() => scrollY)) > 100, "Caption is long enough");
    await link("Retrieve").click();
    await lab.heading().filter({ hasText: "Retrieve" }).waitFor();
    await page.waitForFunction(() => scrollY === 0);
    await page.goBack();
    await lab.heading().filter({ hasText: "Caption" }).waitFor();
    await page.waitForFunction(() => scrollY > 100);
  },
  CPU,
);

journey(
  "a chip closes on Escape, on a press elsewhere and in another room, and keeps raw details apart",
  async (lab) => {
    const { page } = lab;
    await lab.open("caption");
    await lab.encoded();
    const chip = lab.engine();
    const summary = chip.locator(":scope > summary");
    const isOpen = () => chip.evaluate((chip) => chip.open);
    await summary.click();
    assert.equal(await isOpen(), true);
    await chip.getByText("The model runs on the CPU.").waitFor();
    assert.equal(await chip.locator("details").evaluate((details) => details.open), false);
    await page.keyboard.press("Escape");
    assert.equal(await isOpen(), false, "Escape");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), await summary.textContent());
    await summary.click();
    await page.locator("h1").click();
    assert.equal(await isOpen(), false, "a press elsewhere");
    await summary.click();
    // By the history, which presses nothing.
    await page.evaluate((address) => {
      history.pushState(null, "", address);
      dispatchEvent(new PopStateEvent("popstate"));
    }, `${lab.address}ask`);
    await lab.heading().filter({ hasText: "Ask" }).waitFor();
    await page.waitForFunction(() => !document.querySelector("#engine").open);
  },
  CPU,
);

journey(
  "nothing moves when the engine has started",
  async (lab) => {
    const { page } = lab;
    // Slow enough that the weights still come when the page is there.
    lab.server.site.bytesPerSecond = 800_000;
    await lab.open("caption");
    await page.locator("html[data-started=true]").waitFor({ timeout: 60_000 });
    await page.locator(".loading").first().waitFor();
    const place = () => page.locator("main").evaluate((main) => main.getBoundingClientRect().top);
    const before = await place();
    await lab.encoded();
    assert.equal(await place(), before);
  },
  CPU,
);

journey(
  "a term and a section of the whitepaper are explained in place, also without a network once fetched",
  async (lab) => {
    const { page } = lab;
    await lab.open();
    await lab.encoded();
    const window = page.getByRole("dialog", { name: "Explanation" });
    const term = page.getByRole("button", { name: "multimodal models" });
    await term.click();
    await window.getByRole("heading", { name: "Multimodal", exact: true }).waitFor();
    await window.getByRole("heading", { name: "Whitepaper 1: Introduction" }).waitFor();
    await page.keyboard.press("Escape");
    await window.waitFor({ state: "hidden" });
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "multimodal models");

    const list = page.locator("details").filter({ hasText: "Glossary" });
    await list.locator("summary").click();
    await list.locator("dt").first().waitFor();
    const names = await list.locator("dt").allTextContents();
    assert.ok(names.length > 80, `${names.length} terms`);
    assert.deepEqual(names, [...names].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)));

    lab.server.site.trouble = (name, response) => name === "glossary.json" && Boolean(response.destroy());
    await page.getByRole("navigation", { name: "Rooms" }).getByRole("link", { name: "Attend" }).click();
    await page.getByRole("button", { name: /^Whitepaper 9/ }).click();
    await window.getByRole("heading", { name: /^Whitepaper 9: Attention/ }).waitFor();
    // A press beside the window closes it too.
    await page.mouse.click(5, 5);
    await window.waitFor({ state: "hidden" });

    // The name of a field is a term as well, and the field keeps its name, its value and the keyboard.
    lab.server.site.trouble = () => false;
    await page.getByRole("navigation", { name: "Rooms" }).getByRole("link", { name: "Contrast" }).click();
    const field = page.getByRole("spinbutton", { name: "Batch size" });
    const before = await field.inputValue();
    for (const open of [(name) => name.click(), (name) => name.press("Enter"), (name) => name.press("Space")]) {
      await open(page.getByRole("button", { name: "Batch size" }));
      await window.getByRole("heading", { name: "Batch size", exact: true }).waitFor();
      await page.keyboard.press("Escape");
      await window.waitFor({ state: "hidden" });
      assert.equal(await page.evaluate(() => document.activeElement.textContent), "Batch size");
    }
    assert.equal(await field.inputValue(), before);
  },
  CPU,
);

journey(
  "the link is copied, or shown where nothing can be copied",
  async (lab) => {
    const { page } = lab;
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await lab.open("caption?picture=1-3");
    await lab.encoded();
    await page.getByRole("button", { name: "Share", exact: true }).click();
    await page.getByRole("button", { name: "Copy link" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${lab.address}caption?picture=1-3`);
    await page.getByRole("button", { name: "Copy link" }).waitFor();
    await page.evaluate(() => (navigator.clipboard.writeText = () => Promise.reject(new Error("denied"))));
    const shown = page.waitForEvent("dialog");
    // A dialog holds the press up until it is answered.
    const pressed = page.getByRole("button", { name: "Copy link" }).click();
    const dialog = await shown;
    assert.equal(dialog.defaultValue(), `${lab.address}caption?picture=1-3`);
    await dialog.dismiss();
    await pressed;
  },
  CPU,
);
