// What a server sends in the place of files is told and not kept; what changes on it is told, and fetched when asked for.
import assert from "node:assert/strict";
import { withHub } from "../lib/hub.mjs";
import { journey } from "../lib/test_page.mjs";

const CPU = ["no-adapter"];
const chip = (lab) => lab.page.locator("#model summary");

/** A journey beside a hub. */
const visit = (name, walk) => journey(name, (lab) => withHub((hub) => walk(lab, hub, hub.model("clip_gelu"))), CPU);

async function ask(lab, address) {
  await lab.page.getByLabel("Name or address").fill(address);
  await lab.page.getByRole("button", { name: "Details", exact: true }).click();
}

async function download(lab, address) {
  await ask(lab, address);
  await lab.page.getByRole("button", { name: /^Download/ }).click();
}

const untilActive = (lab, address) => chip(lab).filter({ hasText: address }).filter({ hasText: "(" }).waitFor({ timeout: 60_000 });

visit("a page in the place of a file is told, and gone when the server is repaired", async (lab, hub, address) => {
  hub.hasPage = true;
  hub.spoil("config.json");
  await lab.open("models");
  await ask(lab, `${address}/config.json?download=true`);
  const failure = lab.page.locator(".failure").filter({ hasText: "config.json is not there: the server sends a web page (HTML)" });
  await failure.waitFor();
  await lab.screenshot("models-page-for-file");
  hub.replaced.clear();
  await failure.getByRole("button", { name: "Try again" }).click();
  await lab.page.getByRole("heading", { name: address }).waitFor();
  await lab.page.getByRole("button", { name: /^Download/ }).click();
  await untilActive(lab, address);
});

visit("a kept model that cannot be loaded is fetched again", async (lab, hub, address) => {
  hub.replaced.set("vocab.json", "[]");
  await lab.open("models");
  await download(lab, address);
  const failure = lab.page.locator(".failure").filter({ hasText: "The model's files cannot be used." }).first();
  await failure.waitFor({ timeout: 60_000 });
  await lab.page.getByText("Could not be loaded.").waitFor();
  await lab.page.getByRole("link", { name: "Retrieve", exact: true }).first().click();
  hub.replaced.clear();
  await failure.getByRole("button", { name: "Fetch the model again" }).click();
  await lab.page.getByRole("button", { name: /^Fetch again [\d.]+ kB/ }).click();
  await untilActive(lab, address);
  assert.equal(await lab.page.locator(".failure").count(), 0);
});

visit("what changes on a server is told at the next visit, and swapped only when asked for", async (lab, hub, address) => {
  hub.tags.set("model.safetensors", "first");
  await lab.open("models");
  await download(lab, address);
  await untilActive(lab, address);
  const news = lab.page.getByText("The server has newer files.");
  await lab.page.reload();
  await untilActive(lab, address);
  await lab.page.waitForTimeout(1000);
  assert.equal(await news.count(), 0, "the same tag is the same file");
  hub.tags.set("model.safetensors", "second");
  await lab.page.reload();
  await news.waitFor({ timeout: 60_000 });
  await untilActive(lab, address);
  await lab.screenshot("models-outdated");
  await lab.page.getByRole("button", { name: `Fetch ${address} again` }).click();
  await lab.page.getByText("The stored files stay in use until the download is complete.").waitFor();
  await lab.page.getByRole("button", { name: /^Fetch again [\d.]+ kB/ }).click();
  await news.waitFor({ state: "detached", timeout: 60_000 });
  await lab.page.locator(".card").getByRole("button", { name: "Activate" }).click();
  await untilActive(lab, address);
  await lab.page.reload();
  await untilActive(lab, address);
  await lab.page.waitForTimeout(1000);
  assert.equal(await news.count(), 0);
});

visit("a server that is silent can be stopped, and is told", async (lab, hub, address) => {
  hub.silent.add("config.json");
  await lab.open("models");
  await ask(lab, address);
  await lab.page.getByText("Asking the server…").waitFor();
  await lab.page.getByRole("button", { name: "Stop", exact: true }).click();
  await lab.page.getByText("Asking the server…").waitFor({ state: "detached" });
  await ask(lab, address);
  await lab.page.getByText("The server was silent about config.json for 20 seconds.").waitFor({ timeout: 40_000 });
  hub.silent.clear();
  await lab.page.locator(".failure").getByRole("button", { name: "Try again" }).click();
  await lab.page.getByRole("heading", { name: address }).waitFor();
});
