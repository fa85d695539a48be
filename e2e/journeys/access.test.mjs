// By keyboard, by ear, enlarged, on a phone and in forced colours: WCAG 2.2 AA in every room.
import assert from "node:assert/strict";
import { ROOMS, colours, faintBorders, focused, rest, stops, told, violations, visit } from "../lib/access.mjs";
import { journey } from "../lib/test_page.mjs";

const CPU = ["no-webgpu"];

/** Opens the page at rest. */
async function begin(lab) {
  await lab.page.emulateMedia({ reducedMotion: "reduce" });
  await lab.open();
  await lab.encoded();
}

/** Goes through all rooms and gathers what `find` says of each. */
async function everywhere(lab, find) {
  const found = [];
  for (const room of ROOMS) {
    await visit(lab, room);
    for (const one of await find(room)) found.push(`${room || "home"}: ${one}`);
  }
  return found;
}

/** The skip link by Enter and by a click, and links that a page under a base would lose. */
async function lostLinks(lab) {
  const address = lab.page.url();
  const skip = lab.page.locator(".skip");
  const all = [];
  for (const press of [() => skip.press("Enter"), () => skip.evaluate((link) => link.click())]) {
    await skip.focus();
    await press();
    if (lab.page.url() !== address) all.push(`the skip link leads to ${lab.page.url()}`);
    if ((await focused(lab.page)) !== "room") all.push(`the skip link leaves the focus at ${await focused(lab.page)}`);
  }
  const href = new URL(await skip.getAttribute("href"), await lab.page.evaluate(() => document.baseURI));
  if (href.pathname !== new URL(address).pathname || href.hash !== "#room") all.push(`the skip link leads another tab to ${href}`);
  const bare = await lab.page.evaluate(() => {
    const values = [...document.querySelectorAll("*")].flatMap((element) => [...element.attributes].map(({ value }) => value));
    return values.filter((value) => /^#.+|url\(["']?#/.test(value));
  });
  return all.concat(bare.map((value) => `a bare fragment: ${value}`));
}

/** Stops of the keyboard that a bar covers, or that show no focus. */
async function lostStops(lab) {
  const all = await stops(lab.page);
  assert.ok(all.length > 8, `${lab.page.url()} has ${all.length} stops`);
  const covered = all.filter((stop) => !stop.isSeen).map((stop) => `covered: ${stop.name}`);
  return covered.concat(all.filter((stop) => !stop.isMarked).map((stop) => `without a mark: ${stop.name}`));
}

/** Widgets whose arrow keys tell nothing to those who hear the page. */
async function silent(lab) {
  const all = [];
  for (const widget of await lab.page.locator("[role=application]").all()) {
    await widget.focus();
    const before = await told(lab.page);
    await widget.press("ArrowRight");
    await widget.press("ArrowDown");
    await rest(lab.page);
    if (JSON.stringify(await told(lab.page)) === JSON.stringify(before)) all.push(`silent: ${await widget.getAttribute("aria-label")}`);
  }
  return all;
}

/** Pictures without words, or with such as say nothing. */
function wordless(lab) {
  return lab.page.evaluate(() => {
    const isTold = (canvas) => canvas.ariaHidden === "true" || canvas.ariaLabel;
    const names = [...document.querySelectorAll(".thumbnail")].map((one) => one.getAttribute("aria-label"));
    const bare = names.filter((name) => !/A scene: .*\b(a|an|one|two|three|four|five|nothing)/.test(name));
    return bare.concat([...document.querySelectorAll("canvas")].filter((canvas) => !isTold(canvas)).map((canvas) => canvas.outerHTML));
  });
}

/** What is wider than the window, or opens outside of it. */
async function tooWide(lab) {
  const all = [];
  for (const [width, height] of [[320, 256], [640, 400]]) {
    await lab.page.setViewportSize({ width, height });
    await lab.page.waitForTimeout(100);
    const overflow = await lab.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (overflow > 0) all.push(`${overflow} px too wide at ${width} px`);
    for (const id of ["model", "engine"]) {
      const ends = await lab.page.locator(`#${id}`).evaluate((chip) => {
        chip.open = true;
        const boxes = [...chip.children].map((child) => child.getBoundingClientRect());
        chip.open = false;
        return [Math.min(...boxes.map((box) => box.left)), Math.max(...boxes.map((box) => box.right))];
      });
      if (ends[0] < 0 || ends[1] > width) all.push(`the chip ${id} opens from ${ends[0]} to ${ends[1]} of ${width} px`);
    }
  }
  return all;
}

journey(
  "axe-core finds nothing in both themes and on a phone, borders are seen, and nothing is too wide at four times the size",
  async (lab) => {
    await begin(lab);
    const found = await everywhere(lab, async () => {
      const all = [];
      for (const [colorScheme, width] of [["light", 1280], ["dark", 360]]) {
        await lab.page.emulateMedia({ colorScheme });
        await lab.page.setViewportSize({ width, height: 800 });
        await lab.page.locator(`html[data-theme=${colorScheme}]`).waitFor();
        await rest(lab.page);
        const both = [...(await violations(lab.page)), ...(await faintBorders(lab.page))];
        all.push(...both.map((one) => `${colorScheme}, ${width} px: ${one}`));
      }
      return all.concat(await tooWide(lab));
    });
    assert.equal(found.length, 0, found.join("\n"));
  },
  CPU,
);

journey(
  "on a phone the keyboard reaches everything and no bar covers it, and whoever hears the page is told",
  async (lab) => {
    await lab.page.setViewportSize({ width: 390, height: 844 });
    await begin(lab);
    const found = await everywhere(lab, async () => [
      ...(await lostLinks(lab)),
      ...(await lostStops(lab)),
      ...(await silent(lab)),
      ...(await wordless(lab)),
    ]);
    assert.equal(found.length, 0, found.join("\n"));
  },
  CPU,
);

journey(
  "an object is moved without dragging, and the focus stays where things go away",
  async (lab) => {
    const { page } = lab;
    const button = (name) => page.getByRole("button", { name, exact: true });
    await begin(lab);
    await visit(lab, "caption?picture=1-1&edit=1");
    await page.locator(".handle").first().click();
    const frame = await page.locator("figure.picture .frame").boundingBox();
    const corners = [[0.04, 0.04, "top left"], [0.96, 0.04, "top right"], [0.04, 0.96, "bottom left"], [0.96, 0.96, "bottom right"]];
    // A corner that no object covers.
    const [x, y, place] = await page.evaluate(([frame, corners]) => {
      const isFree = ([x, y]) => document.elementFromPoint(frame.x + x * frame.width, frame.y + y * frame.height).matches(".handles");
      return corners.find(isFree);
    }, [frame, corners]);
    await page.mouse.click(frame.x + x * frame.width, frame.y + y * frame.height);
    const name = () => page.locator(".handle[aria-pressed=true]").getAttribute("aria-label");
    assert.match(await name(), new RegExp(`${place}$`));
    const before = await page.locator(".handle[aria-pressed=true]").boundingBox();
    await button(x < 0.5 ? "Right" : "Left").click();
    assert.notEqual((await page.locator(".handle[aria-pressed=true]").boundingBox()).x, before.x);

    const kept = async (act, message) => {
      await act();
      await rest(page);
      assert.notEqual(await focused(page), null, message);
    };
    for (let handles = await page.locator(".handle").count(); handles < 5; handles++) {
      await kept(() => button("Add object").press("Enter"), `after adding object ${handles + 1}`);
    }
    await kept(() => page.locator(".handle").last().press("Delete"), "after Delete on the last handle");
    assert.match(await focused(page), / (top|middle|bottom|left|right|centre|center)/, "another handle has it");
    for (let handles = await page.locator(".handle").count(); handles > 0; handles--) {
      await kept(() => button("Delete object").press("Enter"), `after deleting object ${handles}`);
    }
    // A room that is left takes what had the focus along.
    await visit(lab, "");
    await kept(() => page.locator(".doors a").first().press("Enter"), "after a door");
    assert.equal(await focused(page), "room");

    await visit(lab, "contrast?batch=8&width=16&steps=20&step=2");
    await kept(() => button("Step").press("Enter"), "after a step");
    await page.evaluate(() => {
      self.said = [];
      const regions = document.querySelectorAll("[aria-live]:not([aria-live=off]), [role=status], output:not([aria-live=off])");
      const watch = new MutationObserver((changes) => self.said.push(...changes.map(({ target }) => target.textContent)));
      regions.forEach((region) => watch.observe(region, { subtree: true, childList: true, characterData: true }));
    });
    await kept(() => button("Continue").press("Enter"), "at the end of the run");
    await page.locator(".run-bar output").filter({ hasText: "the end of this run" }).waitFor({ timeout: 60_000 });
    assert.notEqual(await focused(page), null, "at the end of the run");
    const said = await page.evaluate(() => self.said);
    assert.ok(said.length <= 6, `told while training: ${said}`);
    assert.ok(said.some((words) => /the end of this run/.test(words)), `told: ${said}`);
    await kept(() => button("Reset").press("Enter"), "after Reset");
    await kept(() => button("Delete this run of 20 steps").press("Enter"), "after Reset is confirmed");
    assert.equal(await focused(page).then((name) => name.trim()), "Reset");
    await kept(() => button("Compare objectives").press("Enter"), "after another mode");
    assert.equal(await focused(page), "Compare objectives");
    await visit(lab, "models");
    await kept(() => button("Measure every step").press("Enter"), "while steps are timed");
    assert.equal(await focused(page), "Measure every step");
  },
  CPU,
);

journey(
  "a finger chooses a cell",
  async (lab) => {
    await begin(lab);
    await visit(lab, "contrast?batch=8&width=16&steps=20&step=2");
    const area = lab.page.locator(".heatmap .area").first();
    await area.scrollIntoViewIfNeeded();
    const box = await area.boundingBox();
    const client = await lab.page.context().newCDPSession(lab.page);
    await client.send("Emulation.setTouchEmulationEnabled", { enabled: true });
    const touchPoints = [{ x: box.x + 0.6 * box.width, y: box.y + 0.1 * box.height }];
    await client.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints });
    await client.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await lab.page.waitForURL(/cell=0-4/);
    await lab.page.locator(".heatmap .pin").first().waitFor();
    await lab.page.locator(".pull b").filter({ hasText: "Repels" }).waitFor();
    // And a point of the map.
    const map = lab.page.locator(".space .area");
    await map.scrollIntoViewIfNeeded();
    const [, x, y] = (await lab.page.locator(".space path.points").first().getAttribute("d")).match(/^M([\d.]+) ([\d.]+)/).map(Number);
    const on = await map.boundingBox();
    const finger = [{ x: on.x + x + 3, y: on.y + y }];
    await client.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: finger });
    await client.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await lab.page.locator(".space .heading").filter({ hasText: /^Pair \d+/ }).waitFor();
  },
  CPU,
);

journey(
  "in forced colours what is on, pressed or pinned differs from what is not, and bars have a length",
  async (lab) => {
    const { page } = lab;
    await begin(lab);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ forcedColors: "active", colorScheme });
      const dominant = async (locator) => Object.entries(await colours(page, locator)).sort((a, b) => b[1] - a[1])[0][0];
      await visit(lab, "contrast?batch=8&width=16&steps=20&hard=1");
      const [on, pressed, not] = [page.locator(".switch input"), page.locator(".segments button[aria-pressed=true]"), page.locator(".segments button[aria-pressed=false]")];
      const before = await dominant(on);
      await on.uncheck();
      assert.notEqual(await dominant(on), before, "the switch");
      assert.notEqual(await dominant(pressed.first()), await dominant(not.first()), "a segment");
      await visit(lab, "fuse?with=late.sum&batch=8&step=1");
      const chip = (state) => page.locator(`.settings .chip[aria-pressed=${state}]`).first();
      assert.notEqual(await dominant(chip(true)), await dominant(chip(false)), "a chip");
      const bar = await colours(page, page.locator(".bar").first());
      assert.ok(Object.values(bar).filter((share) => share > 0.1).length >= 2, `a bar: ${JSON.stringify(bar)}`);
      await visit(lab, "caption?picture=1-1&word=1");
      assert.notEqual(await dominant(page.locator(".word[aria-pressed=true]")), await dominant(page.locator(".word[aria-pressed=false]").nth(3)), "the pinned word");
      await lab.screenshot(`forced-${colorScheme}`);
    }
  },
  CPU,
);
