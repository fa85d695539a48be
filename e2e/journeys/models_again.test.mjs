// What was done once can be done again, and goes on in other rooms; what others hold is not waited for in silence.
import assert from "node:assert/strict";
import path from "node:path";
import { MODELS, withHub } from "../lib/hub.mjs";
import { journey } from "../lib/test_page.mjs";

/** A journey beside a hub. */
const visit = (name, walk) => journey(name, (lab) => withHub((hub) => walk(lab, hub, hub.model("clip_gelu"))), ["no-adapter"]);

const button = (lab, name) => lab.page.getByRole("button", { name });

async function look(lab, address) {
  await lab.page.getByLabel("Name or address").fill(address);
  await lab.page.getByRole("button", { name: "Details", exact: true }).click();
  await lab.page.getByRole("heading", { name: address }).waitFor();
}

/** Waits until this model is active. */
const untilActive = (lab, name) =>
  lab.page.locator("#model summary").filter({ hasText: name }).filter({ hasText: "(" }).waitFor({ timeout: 60_000 });

visit("a model is downloaded, deleted and downloaded again, and measured twice", async (lab, hub, address) => {
  await lab.open("models");
  await look(lab, address);
  for (let time = 0; time < 2; time++) {
    await button(lab, /^Download/).click();
    await untilActive(lab, address);
    if (time === 0) {
      await button(lab, `Delete ${address}`).click();
      await button(lab, /^Delete \d/).click();
      await button(lab, `Delete ${address}`).waitFor({ state: "detached" });
    }
  }
  const measure = button(lab, "Measure all three here");
  const int8 = lab.page.locator("#precisions").getByRole("rowheader", { name: "int8", exact: true });
  for (let time = 0; time < 2; time++) {
    await measure.click();
    await button(lab, "Stop").waitFor();
    await measure.waitFor({ timeout: 60_000 });
    await int8.waitFor();
  }
});

visit("what is broken is fetched again as often as it takes", async (lab, hub, address) => {
  hub.replaced.set("vocab.json", "[]");
  await lab.open("models");
  await look(lab, address);
  await button(lab, /^Download/).click();
  for (let time = 0; time < 2; time++) {
    const failure = lab.page.locator(".failure").filter({ hasText: "The model's files cannot be used." }).first();
    await failure.getByRole("button", { name: "Fetch the model again" }).click({ timeout: 60_000 });
    if (time === 1) hub.replaced.clear();
    await button(lab, /^Fetch again [\d.]+ kB/).click();
  }
  await untilActive(lab, address);
});

visit("a look at a server is repeated when it is asked for", async (lab, hub, address) => {
  await lab.open("models");
  await look(lab, address);
  const asked = hub.asked.length;
  await look(lab, address);
  await lab.page.waitForTimeout(500);
  assert.ok(hub.asked.length > asked, "the server was asked again");
});

visit("a folder is copied on in other rooms, and once more under the same name", async (lab) => {
  const folder = path.join(MODELS, "clip_gelu");
  await lab.open("models");
  await lab.encoded();
  for (let time = 0; time < 2; time++) {
    await lab.page.locator("input[type=file]").last().setInputFiles(folder);
    await lab.page.getByRole("link", { name: "Retrieve", exact: true }).first().click();
    await untilActive(lab, "my clip_gelu");
    await lab.page.getByRole("link", { name: "Models", exact: true }).first().click();
    await lab.page.getByRole("row", { name: /my clip_gelu/ }).getByText("Active").waitFor();
  }
});

visit("a folder that was chosen is told where it was chosen, and nothing is told to be wrong", async (lab) => {
  await lab.open("models");
  await lab.encoded();
  await lab.page.locator("input[type=file]").last().setInputFiles(path.join(MODELS, "clip_gelu"));
  await lab.page.getByText("Active model: my clip_gelu.").waitFor({ timeout: 60_000 });
  assert.equal(await lab.page.getByRole("alert").count(), 0);
  assert.equal(await lab.page.getByText("is not the name of a model").count(), 0);
  await lab.screenshot("models-folder");
});

visit("a model whose files another tab holds leaves the way to Playroom open", async (lab, hub, address) => {
  await lab.open("models");
  await look(lab, address);
  await button(lab, /^Download/).click();
  await untilActive(lab, address);
  const other = await lab.page.context().newPage();
  await other.goto(lab.address);
  const name = await other.evaluate(async () => {
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("triptych");
    for await (const name of root.keys()) if (name.startsWith("model.")) return name;
  });
  await other.evaluate((name) => {
    return new Promise((held) => navigator.locks.request(`triptych/${name}`, () => (held(), new Promise(() => {}))));
  }, name);
  await lab.page.reload();
  await lab.page.getByText("is being fetched or loaded, here or in another tab").first().waitFor();
  const failure = lab.page.getByRole("alert").filter({ hasText: "is being fetched or loaded" });
  await failure.waitFor({ timeout: 30_000 });
  await button(lab, "Continue with Playroom").click();
  await untilActive(lab, "Playroom");
  await other.close();
});
