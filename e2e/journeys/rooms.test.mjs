// A visit to the rooms with the shipped model: numbers and truths, not presence.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { journey } from "../lib/test_page.mjs";

const CPU = ["no-webgpu"];

journey("words find a picture, the picture gets a caption, a word shows where the model looked", async (lab) => {
  await lab.open("retrieve");
  await lab.ranked();
  await lab.search("a red circle");
  const verdicts = await lab.verdicts(1);
  assert.equal(verdicts[0], "true", "the best-ranked scene is as the words say");
  await lab.page.locator("ol.found > li .thumbnail").first().click();
  await lab.page.getByRole("link", { name: "Caption" }).click();
  assert.match(await lab.scene(), /red circle/);
  const text = await lab.caption();
  assert.match(text, /red circle/);
  const judged = await lab.page.locator(".statements li .verdict").allTextContents();
  assert.ok(judged.length > 0 && judged.every((verdict) => verdict.trim() === "true"), `${text}: ${judged}`);

  // Every noun that names one object: the map's peak lies in the object, save for one word in five at most.
  const words = await lab.words();
  const hits = [];
  for (const [index, word] of (await words.allTextContents()).entries()) {
    await words.nth(index).hover();
    const hit = await lab.peakIsInOutline();
    if (hit !== null) hits.push([word.trim(), hit]);
  }
  assert.ok(hits.length >= 4, `words that name an object: ${hits.length}`);
  const missed = hits.filter(([, hit]) => !hit);
  assert.ok(missed.length <= hits.length / 5, `looked elsewhere for ${missed.map(([word]) => word)} of ${text}`);
  await lab.screenshot("caption");
});

journey(
  "a search ranks by truth, survives a reload, and Back undoes it",
  async (lab) => {
    await lab.open("retrieve");
    await lab.ranked();
    const line = lab.page.getByLabel("Query", { exact: true });
    await lab.search("a red object");
    const first = await lab.verdicts(8);
    const rights = first.filter((verdict) => verdict === "true").length;
    assert.ok(rights >= 7, `of the first eight ${rights} are right: ${first}`);
    const shares = await lab.page.locator("ol.found > li .bar i").evaluateAll((bars) => bars.map((bar) => parseFloat(bar.style.width)));
    assert.ok(shares.every((share, i) => i === 0 || share <= shares[i - 1]), `probabilities fall: ${shares}`);
    await line.blur();
    await lab.page.reload();
    await lab.ranked();
    assert.equal(await line.inputValue(), "a red object");
    assert.deepEqual(await lab.verdicts(8), first);
    await lab.page.locator("ol.found > li .thumbnail").nth(2).click();
    await lab.page.waitForURL(/picture=/);
    await line.fill("a blue object");
    await lab.page.waitForURL(/blue/);
    await lab.page.goBack();
    await lab.page.waitForURL(/red/);
    await lab.page.waitForFunction(() => document.querySelector("main input").value === "a red object");
    await lab.page.goBack();
    await lab.page.waitForURL((url) => !url.search.includes("picture="));

    // Recall over the gallery is far above chance in both directions.
    const rows = await lab.page.locator("table.numbers tbody tr").allTextContents();
    const recall = await lab.page.locator("table.numbers tbody tr td:nth-of-type(1)").allTextContents();
    assert.equal(rows.length, 3);
    assert.ok(Number(recall[0]) > 0.9 && Number(recall[1]) > 0.9 && Number(recall[2]) < 0.01, `Recall@1: ${recall}`);
  },
  CPU,
);

journey(
  "an order is told with the words that it is of, and a query that cannot be read has none",
  async (lab) => {
    const { page } = lab;
    await lab.open("retrieve");
    await lab.ranked();
    await lab.search("a red circle");
    await lab.verdicts(1);
    const line = page.getByLabel("Query", { exact: true });
    await line.fill(Array(60).fill("red circle").join(" ").slice(0, 400));
    await page.getByText(/This text is too long/).waitFor({ timeout: 30_000 });
    assert.equal(await page.locator("ol.found > li").count(), 0, "the order of the former query is gone");
    assert.equal((await page.locator("p.truth").allTextContents()).join(""), "", "and nothing is judged");
    await lab.search("a blue object");
    assert.equal((await lab.verdicts(1))[0], "true");
    await page.locator('ol.found[aria-busy="false"]').waitFor();
    const margin = parseFloat(await lab.figure("Margin over the runner-up").textContent());
    const best = Number(await lab.figure("Best cosine").textContent());
    assert.ok(margin >= 0 && margin < best, `margin ${margin}, best ${best}`);
    assert.match(await lab.figure("Margin over the runner-up").locator("small").textContent(), /^runner-up \d\.\d{3}$/);
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save the numbers as CSV" }).first().click();
    const csv = await readFile(await (await download).path(), "utf8");
    const rows = csv.trim().split("\r\n");
    assert.equal(rows[0], "rank,item,caption,cosine,probability");
    assert.equal(rows.length, 257);
  },
  CPU,
);

journey(
  "late interaction ranks by words and patches, and its lines and maps are held against the scene",
  async (lab) => {
    const { page } = lab;
    await lab.open("retrieve?picture=1-1");
    await lab.ranked();
    const caption = (await page.locator(".shelf [aria-pressed=true]").getAttribute("title")).replace("A scene: ", "");
    await page.getByRole("button", { name: "Late interaction" }).click();
    await page.getByLabel("Query", { exact: true }).fill(caption);
    await page.waitForURL(/rank=late/);
    const first = page.locator("ol.found > li").first();
    await first.locator(".thumbnail[aria-pressed=true]").waitFor({ timeout: 120_000 });
    assert.deepEqual(await lab.verdicts(1), ["true"], "the scene itself comes first");
    const score = Number(await page.locator(".word-patches data.big").textContent());
    const listed = Number(await first.locator("p.score data").first().textContent());
    assert.ok(Math.abs(score - listed) < 2e-3, `${score} beside the image, ${listed} in the ranking`);

    await page.getByLabel("Re-rank the top 16 with the matcher").click();
    const matched = page.locator("ol.found > li").filter({ has: page.getByText("match", { exact: true }) });
    await matched.nth(15).waitFor({ timeout: 60_000 });
    await first.locator(".thumbnail[aria-pressed=true]").waitFor();
    assert.deepEqual(await lab.verdicts(1), ["true"], "matcher and score together leave the scene first");
    await page.getByLabel("Re-rank the top 16 with the matcher").click();

    const words = page.locator(".word-patches ol.words button.word");
    const count = await words.count();
    await page.waitForFunction((count) => document.querySelectorAll(".word-patches .lines line").length === count, count);
    let [hits, told] = [0, 0];
    for (let at = 0; at < count; at++) {
      await words.nth(at).focus();
      const verdict = page.locator(".word-patches .pointing .verdict");
      if ((await verdict.count()) === 0) continue;
      told++;
      const isHit = (await verdict.textContent()).trim() === "hit";
      if (isHit) assert.equal(await lab.peakIsInOutline(), true, "a hit lies in the outline");
      hits += isHit ? 1 : 0;
    }
    console.log(`late interaction: ${hits} of ${told} words point at their object`);
    assert.ok(told > 2 && hits >= 0.6 * told, `${hits} of ${told}`);

    await page.getByLabel("Query", { exact: true }).fill("a zebra and a big ball");
    await page.getByText("\"zebra\": a word that is not in the vocabulary of this model.").first().waitFor({ timeout: 30_000 });
    await lab.screenshot("late");
  },
  CPU,
);

journey(
  "image to image, the query itself takes no part in the softmax",
  async (lab) => {
    await lab.open("retrieve?picture=1-3");
    await lab.ranked();
    await lab.page.getByRole("group", { name: "From" }).getByRole("button", { name: "Image" }).click();
    await lab.page.locator("ol.found > li").nth(3).waitFor();
    const shares = await lab.page.locator("ol.found > li .bar i").evaluateAll((bars) => bars.map((bar) => parseFloat(bar.style.width)));
    assert.ok(shares[0] > 5, `the best of the others has ${shares[0]} %`);
    const own = await lab.scene();
    const best = await lab.page.locator("ol.found > li .thumbnail").first().getAttribute("aria-label");
    assert.ok(!best.includes(own), "the query is not listed");
  },
  CPU,
);

journey(
  "captions of six scenes are true, and a prefix is gone on from",
  async (lab) => {
    let [right, said] = [0, 0];
    for (let index = 1; index <= 6; index++) {
      await lab.open(`caption?picture=1-${index}`);
      await lab.caption();
      const judged = await lab.page.locator(".statements li .verdict").allTextContents();
      said += judged.length;
      right += judged.filter((verdict) => verdict.trim() === "true").length;
    }
    assert.ok(right >= 0.9 * said && said >= 6, `${right} of ${said} statements are true`);
    await lab.page.getByLabel("Prompt").fill("a large");
    await lab.page.waitForFunction(() => document.querySelectorAll("ol.words:not(.growing) button.word.given").length === 2);
    assert.match(await lab.caption(), /^a large (solid|striped|dotted) /);
    await lab.page.getByRole("button", { name: "Beam", exact: true }).click();
    await lab.page.locator("table.hypotheses tbody tr").nth(1).waitFor({ timeout: 60_000 });
    const logs = (await lab.page.locator("table.hypotheses td").allTextContents()).map(Number);
    assert.ok(logs.every((log, i) => log < 0 && (i === 0 || log <= logs[i - 1])), `log P falls: ${logs}`);
  },
  CPU,
);

journey(
  "arrow keys walk the words, Enter pins one, and the link keeps it",
  async (lab) => {
    await lab.open("caption?picture=1-1");
    const words = await lab.words();
    await words.first().focus();
    for (let i = 0; i < 4; i++) await lab.page.keyboard.press("ArrowRight");
    const here = lab.page.locator("button.word.here");
    assert.equal(await here.textContent(), await words.nth(4).textContent());
    assert.equal(await lab.peakIsInOutline(), true, `the model looked at the object of "${await here.textContent()}"`);
    await lab.page.keyboard.press("Enter");
    await lab.page.waitForURL(/word=4/);
    await lab.page.reload();
    const pinned = (await lab.words()).nth(4);
    assert.equal(await pinned.getAttribute("aria-pressed"), "true");
  },
  CPU,
);

journey(
  "heads are looked into one by one, and a patch says whom it asks",
  async (lab) => {
    await lab.open("attend?picture=1-3");
    await lab.words();
    const tiles = lab.page.locator("table.heads .tile");
    await tiles.first().waitFor({ timeout: 60_000 });
    const framed = lab.page.locator("table.heads .tile.hit");
    assert.ok((await framed.count()) >= 1, "some head points at the object of the first noun");
    await framed.first().click();
    await lab.page.waitForURL(/layer-no=\d+&head-no=\d+/);
    assert.equal(await lab.peakIsInOutline(), true, "a framed head's peak lies in the object");
    assert.equal((await lab.page.locator("section.stage .verdict").textContent()).trim(), "hit");
    await lab.page.getByRole("button", { name: "Image self-attention" }).click();
    const patches = lab.page.getByRole("application", { name: /Patches/ });
    await patches.click({ position: { x: 60, y: 60 } });
    await lab.page.waitForURL(/patch=\d+/);
    await patches.press("ArrowRight");
    await lab.page.locator("svg.marks rect.patch").waitFor();
    const strongest = await lab.figure("Max attention").textContent();
    assert.match(strongest, /\d+ %/);
  },
  CPU,
);

journey(
  "questions are answered, and sentences judged, as the world would",
  async (lab) => {
    let [right, asked] = [0, 0];
    for (const index of [1, 3, 4]) {
      await lab.open(`ask?picture=1-${index}`);
      const suggestions = lab.page.getByRole("list", { name: "Questions to try" }).getByRole("button");
      await suggestions.first().waitFor();
      for (const suggestion of await suggestions.all()) {
        await suggestion.click();
        const answer = lab.page.locator(".answer[aria-busy=false] .verdict");
        await lab.page.waitForTimeout(400);
        await answer.waitFor({ timeout: 60_000 });
        asked += 1;
        right += (await answer.textContent()).trim() === "right" ? 1 : 0;
      }
    }
    assert.ok(asked >= 12 && right >= 0.75 * asked, `${right} of ${asked} answers are right`);

    const scene = await lab.scene();
    const statement = scene.split(/, | and /)[0];
    const colour = /red|orange|yellow|green|cyan|blue|purple|pink/;
    const other = statement.replace(colour, (found) => (found === "red" ? "blue" : "red"));
    const probability = async (sentence) => {
      await lab.page.getByLabel("Image-text match").fill(sentence);
      const shown = lab.page.locator(".belongs data").filter({ hasText: "%" });
      await shown.waitFor({ timeout: 30_000 });
      return parseFloat(await shown.textContent());
    };
    const [is, isNot] = [await probability(scene), await probability(scene.replace(statement, other))];
    assert.ok(is > isNot + 20, `${is} % for the scene's own caption, ${isNot} % with another colour`);
  },
  CPU,
);

journey(
  "a question is read in the world's spelling, and its map shows the object that it is about",
  async (lab) => {
    const { page } = lab;
    await lab.open("ask?picture=1-3");
    const verdict = page.locator(".answer[aria-busy=false] .verdict");
    await verdict.waitFor({ timeout: 60_000 });
    const line = page.getByRole("textbox", { name: "Question", exact: true });
    assert.match(await line.inputValue(), /^(what|where) /, "the first question is about one object");
    assert.notEqual(await lab.peakIsInOutline(), null, "which is outlined");
    await page.locator("figure.picture .pointing .verdict").waitFor();

    const ours = await line.inputValue();
    const answers = new Set();
    for (const question of [ours, ours.replace("colour", "color").replace("?", ""), ours.toUpperCase().replace("COLOUR", "COLOR").replace("?", " ?")]) {
      await line.fill(question);
      await page.waitForTimeout(800);
      await verdict.waitFor({ timeout: 60_000 });
      answers.add(await page.locator(".answer .said").textContent());
      const read = await page.getByText(/^Read as: /).allTextContents();
      assert.deepEqual(read, question === ours ? [] : [`Read as: “${ours}”`]);
    }
    assert.equal(answers.size, 1, [...answers].join());
  },
  CPU,
);

journey(
  "Attend opens on a noun that is marked",
  async (lab) => {
    await lab.open("attend?picture=1-3");
    await lab.words();
    const marked = lab.page.locator(".text button.word[aria-pressed=true]");
    await marked.waitFor();
    assert.equal(await marked.count(), 1);
    assert.doesNotMatch(await marked.textContent(), /^(a|an|the|small|medium|large|solid|striped|dotted)$/);
    assert.notEqual(await lab.peakIsInOutline(), null, "it names an object");
  },
  CPU,
);

journey(
  "a missed word is marked in the sentence as the verdict beside the picture says",
  async (lab) => {
    const { page } = lab;
    let [missed, named] = [0, 0];
    for (let index = 1; index <= 3; index++) {
      await lab.open(`caption?picture=1-${index}`);
      const words = await lab.words();
      const verdict = page.locator("figure.picture .pointing .verdict");
      for (const word of await words.all()) {
        await word.hover();
        const isMissed = await word.evaluate((word) => word.classList.contains("missed"));
        if ((await lab.peakIsInOutline()) === null) {
          assert.equal(isMissed, false, "what names no object misses none");
          continue;
        }
        named += 1;
        missed += isMissed ? 1 : 0;
        assert.equal((await verdict.textContent()).trim(), isMissed ? "miss" : "hit", await word.textContent());
      }
    }
    assert.ok(named >= 6 && missed < named / 3, `${missed} of ${named} words are missed`);
  },
  CPU,
);

journey(
  "an object's attributes stand beside the picture on a small laptop, and the most objects are told",
  async (lab) => {
    const { page } = lab;
    await page.setViewportSize({ width: 1280, height: 720 });
    await lab.open("caption?picture=1-1&edit=1");
    await page.locator(".handles .handle").first().focus();
    const [frame, values] = [page.locator("figure.picture .frame"), page.locator(".properties .chips")];
    await values.last().waitFor();
    const [picture, last] = [await frame.boundingBox(), await values.last().boundingBox()];
    assert.ok(last.x >= picture.x + picture.width, "beside the picture");
    assert.ok(last.y + last.height <= 720, `the last attribute ends at ${last.y + last.height}`);
    await lab.screenshot("editor-1280x720");
    const add = page.getByRole("button", { name: "Add object" });
    for (let tries = 0; tries < 5 && (await add.getAttribute("aria-disabled")) === null; tries++) await add.click();
    await page.getByText("5 objects at most").waitFor();
    assert.equal(await page.locator(".handles .handle").count(), 5);
  },
  CPU,
);

journey(
  "on a phone a tapped cell is read at once, and the picture stays beside its words",
  async (lab) => {
    const { page } = lab;
    await page.setViewportSize({ width: 360, height: 740 });
    const client = await page.context().newCDPSession(page);
    await client.send("Emulation.setTouchEmulationEnabled", { enabled: true });
    const tap = async (area, down) => {
      await area.scrollIntoViewIfNeeded();
      const box = await area.boundingBox();
      const touchPoints = [{ x: box.x + 0.5 * box.width, y: Math.max(box.y, 0) + down }];
      await client.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints });
      await client.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    };
    // The cloud of points lies in the middle of its map.
    for (const [by, area, down] of [["matrix", ".heatmap .area", 60], ["map", ".plot .area", 150]]) {
      await lab.open(`retrieve?by=${by}`);
      await lab.ranked();
      await tap(page.locator(area), down);
      await page.waitForURL(/pair=/);
      const read = await page.locator(".readout .pair").boundingBox();
      assert.ok(read.y >= 0 && read.y + 40 < 740, `${by}: what was tapped is told at ${read.y}`);
      await lab.screenshot(`phone-${by}`);
    }
    await lab.open("caption?picture=1-20");
    const [shelf, chosen] = [page.locator(".shelf"), page.locator(".shelf [aria-pressed=true]")];
    await chosen.waitFor();
    await page.waitForFunction(() => document.querySelector(".shelf").scrollLeft > 0);
    const [strip, thumbnail] = [await shelf.boundingBox(), await chosen.boundingBox()];
    assert.ok(thumbnail.x >= strip.x && thumbnail.x + thumbnail.width <= strip.x + strip.width, "the chosen image is in sight");
    assert.equal(await page.evaluate(() => scrollY), 0, "the page stays where it is");
    await lab.open("caption?picture=1-1");
    const words = await lab.words();
    await words.last().scrollIntoViewIfNeeded();
    const [frame, word] = [await page.locator("figure.picture .frame").boundingBox(), await words.last().boundingBox()];
    assert.ok(frame.y >= 0 && frame.y + frame.height <= word.y && word.y < 740, `picture at ${frame.y}, word at ${word.y}`);
    await lab.screenshot("phone-caption");
  },
  CPU,
);

journey(
  "an object is dragged, recoloured and deleted, and everything follows",
  async (lab) => {
    await lab.open("caption?picture=1-1");
    const before = await lab.caption();
    await lab.page.getByRole("button", { name: "Edit" }).click();
    const handle = lab.page.locator(".handles .handle").first();
    const [frame, box] = [await lab.page.locator("figure.picture .frame").boundingBox(), await handle.boundingBox()];
    await lab.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await lab.page.mouse.down();
    await lab.page.mouse.move(frame.x + frame.width * 0.84, frame.y + frame.height * 0.16, { steps: 6 });
    await lab.page.mouse.up();
    assert.match(await lab.scene(), /top right/);
    await lab.page.getByRole("group", { name: "colour" }).getByRole("button", { name: "cyan" }).click();
    assert.match(await lab.scene(), /cyan/);
    await lab.page.waitForTimeout(600);
    const after = await lab.caption();
    assert.notEqual(after, before);
    assert.match(after, /cyan .* top right/);
    const edited = lab.page.url();
    const count = await lab.page.locator(".handles .handle").count();
    await lab.page.getByRole("button", { name: "Delete object" }).click();
    assert.equal(await lab.page.locator(".handles .handle").count(), count - 1);
    await lab.page.goBack();
    await lab.page.waitForURL(edited);
    await lab.page.locator(".handles .handle").nth(count - 1).waitFor();
  },
  CPU,
);

journey(
  "every room opens at its own address in both themes and on a phone",
  async (lab) => {
    for (const room of ["", "retrieve", "caption", "attend", "ask", "album", "models"]) {
      await lab.open(room);
      await lab.heading().waitFor();
      await lab.encoded();
      for (const theme of ["light", "dark"]) {
        // As when the system's choice changes: what is drawn on canvases follows too.
        await lab.page.emulateMedia({ colorScheme: theme });
        await lab.page.locator(`html[data-theme=${theme}]`).waitFor();
        for (const width of [1280, 360]) {
          await lab.page.setViewportSize({ width, height: 800 });
          const overflow = await lab.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(overflow <= 0, `${room || "home"} is ${overflow} px too wide at ${width} px`);
          await lab.screenshot(`${room || "home"}-${theme}-${width}`);
        }
      }
      await lab.page.setViewportSize({ width: 1280, height: 800 });
    }
    // A laptop's window: the last room's link is within reach.
    await lab.page.setViewportSize({ width: 1366, height: 650 });
    const last = await lab.page.locator(".rail a").last().boundingBox();
    assert.ok(last.y + last.height <= 650, `the last room ends at ${last.y + last.height}`);
  },
  CPU,
);
