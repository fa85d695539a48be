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
