// A visit to the rooms with the shipped model, on the CPU path: numbers and truths, not presence.
import assert from "node:assert/strict";
import { journey } from "../lib/lab.mjs";

const MODES = ["no-webgpu"];

journey(
  "words find pictures of which they are true, and a reload keeps them",
  async (lab) => {
    await lab.open("retrieve");
    await lab.encoded();
    const line = lab.page.getByLabel("Look for");
    await line.fill("a red object");
    const first = await lab.verdicts(8);
    const rights = first.filter((verdict) => verdict === "true").length;
    // About two scenes in five show something red.
    assert.ok(rights >= 6, `of the first eight ${rights} are right: ${first}`);
    await lab.screenshot("retrieve");
    await line.blur();
    await lab.page.reload();
    await lab.encoded();
    assert.equal(await line.inputValue(), "a red object");
    assert.deepEqual(await lab.verdicts(8), first);
  },
  MODES,
);

journey(
  "a caption is written, judged by the world, and looked into word by word",
  async (lab) => {
    await lab.open("caption");
    const words = lab.page.locator("ol.words:not(.growing) button.word");
    await words.first().waitFor({ timeout: 120_000 });
    const text = (await words.allTextContents()).join(" ");
    assert.match(text, /^a (small|medium|large) (solid|striped|dotted) \w+ \w+/);
    await words.nth(1).hover();
    await lab.screenshot("caption");
  },
  MODES,
);

journey(
  "every room opens at its own address in both themes and on a phone",
  async (lab) => {
    for (const room of ["", "retrieve", "caption", "attend", "ask"]) {
      await lab.open(room);
      await lab.heading().waitFor();
      await lab.encoded();
      for (const theme of ["light", "dark"]) {
        await lab.page.emulateMedia({ colorScheme: theme });
        for (const width of [1280, 360]) {
          await lab.page.setViewportSize({ width, height: 800 });
          const overflow = await lab.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(overflow <= 0, `${room || "home"} is ${overflow} px too wide at ${width} px`);
          await lab.screenshot(`${room || "home"}-${theme}-${width}`);
        }
      }
      await lab.page.setViewportSize({ width: 1280, height: 800 });
    }
  },
  MODES,
);
