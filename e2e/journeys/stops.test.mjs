// What stops a part of the program is contained: the rest goes on, and the page says what happened and the way on.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { MODELS, withHub } from "../lib/hub.mjs";
import { journey } from "../lib/test_page.mjs";

const CPU = ["no-adapter"];

/** A journey beside a hub. */
const visit = (name, walk) => journey(name, (lab) => withHub((hub) => walk(lab, hub)), CPU);

async function download(lab, name) {
  await lab.open("models");
  await lab.page.getByLabel("Name or address").fill(name);
  await lab.page.getByRole("button", { name: "Details", exact: true }).click();
  await lab.page.getByRole("button", { name: /^Download/ }).click();
}

/** Waits until this model is active. */
function untilActive(lab, name) {
  return lab.page.locator("#model summary").filter({ hasText: name }).filter({ hasText: "(" }).waitFor({ timeout: 60_000 });
}

/** BERT's tokenizer with a decoder that takes the letter `a` away twice, which the library does not survive where there is one. */
function fatal(model) {
  const lines = readFileSync(path.join(MODELS, model, "vocab.txt"), "utf8").trimEnd().split("\n");
  const special = (content) => ({
    ...{ id: lines.indexOf(content), content, special: true },
    ...{ single_word: false, lstrip: false, rstrip: false, normalized: false },
  });
  return JSON.stringify({
    version: "1.0",
    added_tokens: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].map(special),
    normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "BertProcessing",
      sep: ["[SEP]", lines.indexOf("[SEP]")],
      cls: ["[CLS]", lines.indexOf("[CLS]")],
    },
    decoder: { type: "Strip", content: "a", start: 0, stop: 2 },
    model: {
      ...{ type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 100 },
      vocab: Object.fromEntries(lines.map((token, id) => [token, id])),
    },
  });
}

visit("a tokenizer that stops its library is refused in a sentence, and the next one is read", async (lab, hub) => {
  hub.replaced.set("/blip_caption/tokenizer.json", fatal("blip_caption"));
  await download(lab, hub.model("blip_caption"));
  const alert = lab.page.getByRole("alert").filter({ hasText: "The model's files cannot be used." });
  await alert.waitFor({ timeout: 60_000 });
  await alert.locator("summary").click();
  await alert.getByText("the tokenizers library stopped").waitFor();
  await download(lab, hub.model("blip_match"));
  await untilActive(lab, hub.model("blip_match"));
});

visit("a checkpoint with which the engine stops gives way to Playroom, and is tried again when asked", async (lab, hub) => {
  const name = hub.model("clip_gelu");
  await download(lab, name);
  await untilActive(lab, name);
  // What the engine was asking when it stopped ends with it.
  lab.forgive(/clip_gelu\/config\.json net::ERR_FAILED/);
  const loader = "**/worker_loader.js*";
  const stopping = async (route) => {
    const response = await route.fetch();
    const stop = 'self.loadTokenizers = () => new Promise(() => setTimeout(() => { throw new Error("stopped by the test"); }));';
    await route.fulfill({ response, body: `${await response.text()}\n${stop}` });
  };
  await lab.page.route(loader, stopping);
  await lab.page.reload();
  const alert = lab.page.getByRole("alert").filter({ hasText: "The engine stopped unexpectedly." });
  await alert.waitFor({ timeout: 60_000 });
  await lab.page.unroute(loader, stopping);
  await alert.getByRole("button", { name: "Restart the engine" }).click();
  await untilActive(lab, "Playroom");
  const note = lab.page.getByRole("status").filter({ hasText: `The engine stopped with ${name}` });
  await note.waitFor();
  await lab.page.waitForURL(/model=/);
  await note.getByRole("button", { name: "Try it again" }).click();
  await untilActive(lab, name);
  await note.waitFor({ state: "detached" });
  lab.forgive(/stopped by the test/);
});

journey(
  "a worker that ends in silence is told, and no old answer stands beside a new question",
  async (lab) => {
    await lab.open("ask");
    await lab.encoded();
    const line = lab.page.getByRole("textbox", { name: "Question", exact: true });
    await line.fill("how many objects are there?");
    await lab.page.locator(".answer .said").filter({ hasText: "two" }).waitFor({ timeout: 60_000 });
    const [worker] = lab.page.workers();
    await worker.evaluate(() => setTimeout(() => self.close(), 100));
    const alert = lab.page.getByRole("alert").filter({ hasText: "The engine stopped unexpectedly." });
    await alert.waitFor({ timeout: 30_000 });
    await alert.getByRole("button", { name: "Restart the engine" }).click();
    await alert.waitFor({ state: "detached", timeout: 60_000 });
    await lab.encoded();
    await lab.page.locator(".answer .said").filter({ hasText: "two" }).waitFor({ timeout: 60_000 });
  },
  CPU,
);
