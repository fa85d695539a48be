// Small checkpoints of other kinds in the rooms: in the browser they say what transformers says of the same picture.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Hub, MODELS } from "../lib/hub.mjs";
import { journey } from "../lib/test_page.mjs";

/** The rows of a tensor of the reference beside a checkpoint. */
function reference(model, name) {
  const bytes = readFileSync(path.join(MODELS, model, "reference.safetensors"));
  const start = 8 + Number(bytes.readBigUInt64LE());
  const { dtype, shape, data_offsets: [from, to] } = JSON.parse(bytes.subarray(8, start))[name];
  const read = dtype === "F32" ? (at) => bytes.readFloatLE(at) : (at) => bytes.readInt32LE(at);
  const values = Array.from({ length: (to - from) / 4 }, (_, i) => read(start + from + 4 * i));
  return Array.from({ length: shape[0] }, (_, row) => values.slice(row * shape[1], (row + 1) * shape[1]));
}

/** What WordPiece ids spell, without special tokens. */
function spelt(model, ids) {
  const vocab = readFileSync(path.join(MODELS, model, "vocab.txt"), "utf8").split("\n");
  const words = ids.map((id) => vocab[id]).filter((word) => word && !/^\[.*\]$/.test(word));
  return words.join(" ").replaceAll(/ ?##/g, "");
}

/** Keeps a checkpoint on the device and opens a room with it, a photo on the stage. */
async function enter(lab, hub, model, room, photo) {
  const { page } = lab;
  await lab.open("models");
  await page.getByLabel("Name or address").fill(hub.model(model));
  await page.getByRole("button", { name: "Look", exact: true }).click();
  await page.getByRole("button", { name: /^Download/ }).click();
  await page.locator("#model summary").filter({ hasText: hub.model(model) }).filter({ hasText: "(" }).waitFor({ timeout: 60_000 });
  await page.getByRole("link", { name: room, exact: true }).first().click();
  await lab.drop(photo, "image/png", readFileSync(path.join(MODELS, photo)));
  await page.getByText(/^Your picture as the model sees it: 32 × 32/).waitFor();
}

/** A journey beside a hub. */
function visit(name, walk, modes) {
  const beside = async (lab) => {
    const hub = await Hub.start();
    try {
      await walk(lab, hub);
    } finally {
      await hub.close();
    }
  };
  journey(name, beside, modes);
}

visit(
  "BLIP writes the caption that transformers writes, and shows where it looked",
  async (lab, hub) => {
    await enter(lab, hub, "blip_caption", "Caption", "wide.png");
    const [ids] = reference("blip_caption", "out.greedy_ids");
    const expected = spelt("blip_caption", ids);
    await lab.page.locator(".text ol.words:not(.growing)").filter({ hasText: expected.split(" ")[0] }).waitFor({ timeout: 60_000 });
    assert.equal(await lab.caption(), expected);
    await (await lab.words()).first().hover();
    await lab.page.locator("figure.picture .veil canvas").waitFor();
    await lab.screenshot("blip-caption");
    await lab.page.getByRole("link", { name: "Attend", exact: true }).click();
    await lab.page.getByRole("textbox", { name: "Sentence" }).fill("a b");
    await lab.page.getByText("Layers (down) and heads (across)").waitFor();
    await lab.screenshot("blip-attend");
  },
  ["webgpu", "no-adapter"],
);

visit(
  "BLIP answers the question as transformers does",
  async (lab, hub) => {
    await enter(lab, hub, "blip_answer", "Ask", "tall.png");
    const question = spelt("blip_answer", reference("blip_answer", "in.input_ids")[1]);
    const line = lab.page.getByRole("textbox", { name: "Ask", exact: true });
    await line.fill(question);
    await line.press("Enter");
    const expected = spelt("blip_answer", reference("blip_answer", "out.answer_ids")[1]);
    await lab.page.getByText(expected).first().waitFor({ timeout: 60_000 });
    await lab.screenshot("blip-ask");
  },
  ["no-adapter"],
);

visit(
  "BLIP judges a sentence as transformers does",
  async (lab, hub) => {
    await enter(lab, hub, "blip_match", "Ask", "tall.png");
    const sentence = spelt("blip_match", reference("blip_match", "in.input_ids")[1]);
    await lab.page.getByRole("textbox", { name: "Does it belong?" }).fill(sentence);
    const probability = Math.round(100 * reference("blip_match", "out.itm_probs")[1][1]);
    await lab.page.getByText(`${probability} %`, { exact: true }).waitFor({ timeout: 30_000 });
    await lab.screenshot("blip-match");
  },
  ["no-adapter"],
);
