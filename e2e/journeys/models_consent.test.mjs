// A link asks no server: the page asks the visitor first, and remembers the answer.
import assert from "node:assert/strict";
import { Hub } from "../lib/hub.mjs";
import { journey } from "../lib/test_page.mjs";

const CPU = ["no-adapter"];

/** Runs `walk` beside a hub; the third argument lists what the page asks of any server but its own. */
async function outside(lab, walk) {
  const hub = await Hub.start();
  const asked = [];
  lab.page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(lab.address)) asked.push(request.url());
  });
  try {
    await walk(hub, asked);
  } finally {
    await hub.close();
  }
}

const question = (lab) => lab.page.getByRole("group", { name: "The model of this link" });
const note = (lab) => lab.page.getByText("which is not on this device");

journey(
  "a link to a model asks no server, in no room, before the visitor agrees",
  (lab) =>
    outside(lab, async (hub, asked) => {
      const model = encodeURIComponent(hub.model("clip_gelu"));
      for (const room of ["", "retrieve", "caption", "attend", "ask", "album", "contrast"]) {
        await lab.open(`${room}?model=${model}`);
        await note(lab).waitFor({ timeout: 60_000 });
        await lab.encoded();
      }
      for (const [name, host, isNear] of [
        [hub.model("clip_gelu"), new URL(hub.model("")).host, true],
        ["openai/clip-vit-base-patch32", "huggingface.co", false],
        ["hf.co/openai/clip-vit-base-patch32/tree/main", "huggingface.co", false],
        ["https://192.168.77.1/clip", "192.168.77.1", true],
        ["https://models.example/clip/config.json?download=true", "models.example", false],
      ]) {
        await lab.open(`models?model=${encodeURIComponent(name)}`);
        await question(lab).getByText(`May the page ask ${host} what it is?`).waitFor({ timeout: 60_000 });
        assert.equal(await question(lab).getByText("of this computer or of the network").count(), isNear ? 1 : 0, name);
        await lab.encoded();
        await lab.page.waitForTimeout(500);
      }
      await lab.screenshot("models-consent");
      assert.deepEqual([asked, hub.asked], [[], []]);
      await question(lab).getByRole("button", { name: "Continue with Playroom" }).click();
      await question(lab).waitFor({ state: "detached" });
      assert.doesNotMatch(lab.page.url(), /model=/);
      assert.deepEqual(asked, []);
    }),
  CPU,
);

journey(
  "an agreement is remembered for its server, and for no other",
  (lab) =>
    outside(lab, async (hub, asked) => {
      const [first, second] = [hub.model("clip_gelu"), hub.model("blip_match")];
      await lab.open(`models?model=${encodeURIComponent(first)}`);
      await question(lab).getByRole("button", { name: `Ask ${new URL(first).host}` }).click();
      await lab.page.getByRole("heading", { name: first }).waitFor();
      assert.equal(await question(lab).count(), 0);
      assert.ok(asked.length > 0 && asked.every((url) => url.startsWith(first)), `${asked}`);
      await lab.open(`models?model=${encodeURIComponent(second)}`);
      await lab.page.getByRole("heading", { name: second }).waitFor({ timeout: 60_000 });
      asked.length = 0;
      await lab.open("models?model=openai/clip-vit-base-patch32");
      await question(lab).waitFor({ timeout: 60_000 });
      await lab.page.waitForTimeout(500);
      assert.deepEqual(asked, []);
    }),
  CPU,
);

journey(
  "without storage an agreement lasts for the visit",
  (lab) =>
    outside(lab, async (hub) => {
      await lab.page.addInitScript(() =>
        Object.defineProperty(window, "localStorage", { get: () => { throw new DOMException("denied", "SecurityError"); } }),
      );
      const model = encodeURIComponent(hub.model("clip_gelu"));
      await lab.open(`models?model=${model}`);
      await question(lab).getByRole("button", { name: /^Ask / }).click();
      await lab.page.getByRole("heading", { name: hub.model("clip_gelu") }).waitFor();
      await lab.page.getByRole("link", { name: "Caption", exact: true }).first().click();
      await note(lab).waitFor();
      hub.asked = [];
      await lab.page.getByRole("link", { name: "See what it is" }).click();
      await lab.page.getByRole("heading", { name: hub.model("clip_gelu") }).waitFor();
      assert.equal(await question(lab).count(), 0);
      hub.asked = [];
      await lab.page.reload();
      await question(lab).waitFor({ timeout: 60_000 });
      await lab.page.waitForTimeout(500);
      assert.deepEqual(hub.asked, []);
    }),
  CPU,
);

journey(
  "a server that sends on to another one is not followed, and the other one is named",
  (lab) =>
    outside(lab, async (hub) => {
      const other = await Hub.start();
      try {
        hub.redirects.set("config.json", `${other.model("clip_gelu")}/config.json`);
        await lab.open("models");
        await lab.page.getByLabel("Name or address").fill(hub.model("clip_gelu"));
        await lab.page.getByRole("button", { name: "Details", exact: true }).click();
        const [from, to] = [hub, other].map((hub) => new URL(hub.model("")).host);
        await lab.page.locator(".failure").getByText(`${from} sends on to ${to}`).waitFor({ timeout: 60_000 });
        assert.ok(other.asked.every((url) => url.endsWith("config.json")), `${other.asked}`);
      } finally {
        await other.close();
      }
    }),
  CPU,
);
