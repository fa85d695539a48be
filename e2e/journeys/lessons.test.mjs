// Lessons beside the rooms: every step has what it points at, and what is checked is the visitor's own run.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { journey } from "../lib/test_page.mjs";

const CPU = ["no-webgpu"];
const FOLDER = path.join(process.env.TRIPTYCH_DIST, "lessons");
const languages = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
const read = (language, name) => JSON.parse(readFileSync(path.join(FOLDER, language, `${name}.json`), "utf8"));
/** Longest wait for a part, which may be of what is still computed. */
const PATIENCE_MS = 20_000;

/** Goes to a step by the panel. */
const turn = (page) => page.getByRole("button", { name: "Next", exact: true }).click();

for (const language of languages) {
  journey(
    `every step of every lesson finds its part and opens its state (${language})`,
    async (lab) => {
      const { page } = lab;
      await lab.open();
      await lab.encoded();
      const missing = [];
      for (const { id, title } of read(language, "index").lessons) {
        const { steps } = read(language, id);
        await page.evaluate((address) => {
          history.pushState(null, "", address);
          dispatchEvent(new PopStateEvent("popstate"));
        }, `${lab.address}?lesson=${id}.1`);
        const panel = page.getByRole("complementary", { name: "Lesson" });
        await panel.getByRole("heading", { name: title }).waitFor();
        for (const [at, step] of steps.entries()) {
          const where = `${id}, step ${at + 1}`;
          if (at > 0) await turn(page);
          await panel.getByRole("heading", { name: step.title, exact: true }).waitFor();
          const query = new URL(page.url()).searchParams;
          assert.equal(query.get("lesson"), `${id}.${at + 1}`);
          if (step.state) {
            const [room, search] = step.state.split("?");
            assert.ok(page.url().startsWith(lab.address + room), `${where}: ${page.url()}`);
            // The room may have brought the run to its step by now, or be there itself.
            for (const [key, value] of new URLSearchParams(search)) assert.equal(query.get(key), value, `${where}: ${key}`);
          }
          // What comes only of a run is seen in the journeys that run it.
          if (!step.state) continue;
          const wanted = [step.target && `[data-part="${step.target}"][data-lit]`, step.term && `[data-term="${step.term}"][data-lit]`];
          for (const lit of wanted.filter(Boolean)) {
            await page.locator(lit).first().waitFor({ state: "attached", timeout: PATIENCE_MS }).catch(() => missing.push(`${where}: ${lit} at ${page.url()}`));
          }
        }
        assert.ok(await page.getByRole("button", { name: "Next", exact: true }).isDisabled(), `${id} ends`);
      }
      assert.deepEqual(missing, []);
    },
    CPU,
  );
}

journey(
  "a lesson is worked through: predicted, run, checked on that run, kept, and handed to the teacher",
  async (lab) => {
    const { page } = lab;
    const panel = page.getByRole("complementary", { name: "Lesson" });
    const verdict = panel.locator(".check .verdict");
    await lab.open("lessons");
    await page.getByRole("row").getByRole("link", { name: read("en", "temperature").title }).first().click();
    await page.waitForURL(/contrast\?.*lesson=temperature\.1/);
    await lab.encoded();
    assert.equal(await verdict.count(), 0, "nothing is judged before the run");
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await verdict.waitFor({ timeout: 120_000 });
    const reference = await verdict.textContent();
    const shown = Number(reference.match(/Recall@1 of (\d\.\d+)/)?.[1]);
    assert.ok(shown > 0 && shown <= 1, `a figure of this run: ${reference}`);
    await turn(page);
    await panel.getByRole("radio").last().check();
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await verdict.waitFor({ timeout: 120_000 });
    assert.ok((await verdict.textContent()).includes(`reference has ${shown.toFixed(3)}`), "the run before is compared with");
    await panel.getByText(/^(You predicted this\.|It came out differently from your prediction\.)$/).waitFor();

    // What was done outlives the page.
    await page.reload();
    await verdict.waitFor({ timeout: 60_000 });
    assert.ok(await panel.getByRole("radio").last().isChecked());
    await panel.getByRole("button", { name: "Leave the lesson" }).click();
    await panel.waitFor({ state: "detached" });
    await page.getByRole("link", { name: "Lessons", exact: true }).click();
    await page.getByText(/^Step 2 of \d+$/).first().waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export my results" }).click()]);
    const own = readFileSync(await download.path());

    await page.getByRole("link", { name: "Teachers", exact: true }).click();
    const file = (name, buffer) => ({ name, mimeType: "application/json", buffer });
    const other = JSON.parse(own);
    other.name = "Another";
    await page.locator('input[type="file"][accept*="json"]').setInputFiles([
      file("one.json", own),
      file("two.json", Buffer.from(JSON.stringify(other))),
      file("notes.json", Buffer.from("{}")),
      file("huge.json", Buffer.alloc(300_000, 32)),
    ]);
    const table = page.getByRole("table").filter({ hasText: "Checks met" });
    await table.getByText(/\b2 of 2\b|\b0 of 2\b/).first().waitFor();
    await page.getByText("Left out: 2").waitFor();
    for (const name of ["notes.json", "huge.json"]) assert.equal(await page.getByText(name).count(), 1, name);
  },
  CPU,
);

journey(
  "a check that does not hold says so, and a lesson that is none is told",
  async (lab) => {
    const { page } = lab;
    const panel = page.getByRole("complementary", { name: "Lesson" });
    await lab.open("?lesson=vision-language.8");
    await panel.locator(".check .verdict.false").waitFor({ timeout: 120_000 });
    lab.forgive(/404/);
    await lab.open("retrieve?lesson=no-such-lesson.1");
    await panel.getByText("This lesson could not be loaded.").waitFor();
    await lab.open("retrieve?lesson=retrieval.99");
    await panel.getByRole("heading", { name: read("en", "retrieval").steps.at(-1).title, exact: true }).waitFor();
  },
  CPU,
);
