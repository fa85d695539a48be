// The room Retrieve beyond words and pictures: any modality of a clip is found by any other.
import assert from "node:assert/strict";
import { journey } from "../lib/test_page.mjs";
import { taskTimes, whatBlocks } from "../lib/tasks.mjs";

const CPU = ["no-webgpu"];

/** The rank of the query's own clip, as the room tells it. */
async function rank(page) {
  const told = page.locator("p.truth").filter({ hasText: "of the same clip has rank" });
  await told.waitFor({ timeout: 60_000 });
  return Number((await told.textContent()).match(/rank (\d+) of 256/)[1]);
}

const choose = (page, group, name) => page.getByRole("group", { name: group }).getByRole("button", { name }).click();

/** Answers 503 for an encoder until it is let through. */
function withhold(lab, file) {
  const { site } = lab.server;
  const other = site.trouble;
  site.trouble = (below, response, request) => {
    if (!below?.endsWith(file)) return other(below, response, request);
    response.writeHead(503).end();
    return true;
  };
  return () => (site.trouble = other);
}

journey(
  "a table finds its image and its graph, and the figures are those of the pair",
  async (lab) => {
    const { page } = lab;
    await lab.open("retrieve?picture=1-3&from=table");
    await lab.ranked();
    const own = await rank(page);
    assert.ok(own <= 20, `rank ${own} of 256`);
    const right = page.locator("ol.found > li").filter({ has: page.locator(".verdict.true") });
    assert.equal(await right.count(), 1, "one image is of the query's clip");
    assert.equal(await right.locator(".score b").first().textContent(), `${own}`);
    const figures = page.getByRole("region", { name: "Retrieval over the gallery" });
    const direction = figures.locator("tbody th").first();
    const recall = async () => Number(await figures.locator("tbody td").first().textContent());
    assert.equal(await direction.filter({ hasText: "Table to image" }).count(), 1);
    assert.ok((await recall()) > 0.1, `recall@1 ${await recall()}, by chance 0.004`);
    assert.ok((await page.locator(".clip-query tbody tr").count()) >= 1, "the query is shown");

    await choose(page, "To", "Graph");
    await page.waitForURL(/from=table&to=graph/);
    await lab.ranked();
    await direction.filter({ hasText: "Table to graph" }).waitFor();
    await page.locator("ol.found .clip-graph circle").first().waitFor();
    assert.equal(await page.locator("ol.found > li").count(), 8);
    assert.ok((await rank(page)) <= 40);
    await lab.screenshot("retrieve-table-graph");

    // The words of a query are true of a clip in whatever modality.
    await choose(page, "From", "Text");
    await page.waitForURL((url) => !url.search.includes("from="));
    await page.getByLabel("Query", { exact: true }).fill("a red object");
    await page.locator("p.truth").filter({ hasText: "relevant" }).waitFor({ timeout: 30_000 });
    await page.locator('ol.found[aria-busy="false"] > li .verdict').nth(7).waitFor();
    const verdicts = (await page.locator("ol.found > li .verdict").allTextContents()).slice(0, 8).map((text) => text.trim());
    assert.ok(verdicts.filter((verdict) => verdict === "true").length >= 5, `${verdicts}`);

    // An edited scene is of no gallery: it has a query, and no right answer.
    await lab.open("retrieve?picture=AAAAAAACACA&from=graph");
    await lab.ranked();
    await page.locator('ol.found[aria-busy="false"] > li').nth(3).waitFor();
    assert.equal(await page.locator("ol.found .verdict").count(), 0);

    for (const [old, now] of [["by=sentences", "from=image&to=text"], ["by=pictures", "from=image"], ["by=words", ""]]) {
      await lab.open(`retrieve?${old}`);
      await page.waitForURL(`${lab.address}retrieve${now && "?"}${now}`);
    }
  },
  CPU,
);

journey(
  "a table of one's own is looked for, with gaps, and what is no table is told",
  async (lab) => {
    const { page } = lab;
    await lab.open("retrieve?picture=1-3&from=table");
    await lab.ranked();
    await rank(page);
    const scores = () => page.locator("ol.found .score").allTextContents();
    const before = await scores();
    await page.getByText("Your own readings").click();
    const csv = page.getByLabel("Table as CSV");
    const text = await csv.inputValue();
    assert.match(text, /^file,row,object,x_px,y_px,area_px/);
    const note = (words) => page.locator(".own-table p").filter({ hasText: words }).waitFor();
    await note("for the table of the clip");
    const ask = async (text) => {
      await csv.fill(text);
      await csv.blur();
    };
    // Half of the cells are missing.
    await ask("x_px,y_px,red,green,blue\n20,30,220,30,30\n50,,,30,200\n");
    await note("no right clip");
    await page.waitForFunction((before) => JSON.stringify([...document.querySelectorAll("ol.found .score")].map((one) => one.textContent)) !== JSON.stringify(before), before);
    assert.equal(await page.locator("ol.found .verdict").count(), 0, "nothing is right or wrong");
    for (const [text, sentence] of [
      ["x_px,y_px\n1,abc\n", "This table has in line 2, column y_px, “abc”, expected a number or nothing."],
      ["hello", "names none of the columns"],
      ["x_px,y_px\n", "This table has no rows."],
    ]) {
      await ask(text);
      await page.getByText(sentence).first().waitFor();
    }
    await page.locator(".own-table input[type=file]").setInputFiles({ name: "mine.csv", mimeType: "text/csv", buffer: Buffer.from("x_px,y_px,colour\n10,NaN,red\n") });
    await page.getByText("Columns that are not known were left out: colour.").waitFor();
    await page.getByRole("button", { name: "Back to the clip’s table" }).click();
    await rank(page);
    assert.deepEqual(await scores(), before);
  },
  CPU,
);

journey(
  "an encoder that does not come is told and tried again",
  async (lab) => {
    const { page } = lab;
    lab.forgive(/503|table\.safetensors/);
    const release = withhold(lab, "table.safetensors");
    await lab.open("retrieve?picture=1-3&from=table");
    const alert = page.getByRole("alert").filter({ hasText: "The encoder of tables could not be downloaded." });
    await alert.waitFor({ timeout: 120_000 });
    release();
    await alert.getByRole("button", { name: "Try again" }).click();
    await alert.waitFor({ state: "detached" });
    await lab.ranked();
    assert.ok((await rank(page)) <= 20);
  },
  CPU,
);

journey(
  "a picture of one's own has no table, and clips leave the page free",
  async (lab) => {
    const { page } = lab;
    await lab.open("retrieve?picture=1-3&from=table&to=graph");
    await lab.ranked();
    const begun = Date.now();
    const times = await taskTimes(page, async () => {
      for (const to of ["Table", "Graph", "Image", "Graph"]) {
        await choose(page, "To", to);
        await page.waitForTimeout(1500);
      }
    });
    assert.equal(whatBlocks(times, (Date.now() - begun) / 1000), null);
    await lab.open("caption");
    await page.locator("input[type=file]").first().setInputFiles({ name: "own.jpg", mimeType: "image/jpeg", buffer: Buffer.from(await lab.jpeg(64, 48)) });
    await page.waitForURL(/picture=own/);
    await page.getByRole("link", { name: "Retrieve" }).click();
    await choose(page, "From", "Table");
    await page.getByText("Your own image has no table.").waitFor();
    await page.getByRole("button", { name: "Back to a Playroom scene" }).click();
    await page.locator(".clip-query table").waitFor();
  },
  CPU,
);
