// The page's own defence: what its policy stops, and that it stops nothing of the page itself.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { replaceOne, withStyleInPolicy, withoutInlineScript, withoutIntegrityOfPreloads } from "../complete.mjs";
import { Hub, MODELS } from "../lib/hub.mjs";
import { journey } from "../lib/test_page.mjs";

test("what Trunk writes is brought under the policy, and another page is refused", () => {
  assert.equal(replaceOne("a b", /b/, "$&c"), "a $&c");
  assert.throws(() => replaceOne("a", /b/, "c"), /found 0/);
  assert.throws(() => replaceOne("b b", /b/, "c"), /found 2/);
  const script = '<script type="module">\nimport init from "./app.js";\ndispatchEvent(new CustomEvent("TrunkApplicationStarted"));\n</script>';
  assert.equal(withoutInlineScript(`<p>${script}</p>`), "<p></p>");
  const sheet = '<link rel="stylesheet" href="a.css" integrity="sha384-a"/>';
  const preload = '<link rel="preload" href="a.wasm" integrity="sha384-a" as="fetch">';
  assert.equal(withoutIntegrityOfPreloads(sheet + preload), `${sheet}<link rel="preload" href="a.wasm" as="fetch">`);
  // printf a | openssl dgst -sha256 -binary | base64
  const styled = withStyleInPolicy("style-src 'self'; <style>a</style>");
  assert.match(styled, /^style-src 'self' 'sha256-ypeBEsobvcr6wjGzmiPcTaeG7\/gUfE5yuYB3ha\/uSLs=';/);
});

const CAMERA = { flags: ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"] };

/** Collects what the policy stops, from the page's first moment on. */
async function violations(page) {
  const found = [];
  await page.exposeFunction("tellViolation", (what) => found.push(what));
  await page.addInitScript(() => {
    const tell = (event) => window.tellViolation(`${location.pathname}: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
    document.addEventListener("securitypolicyviolation", tell);
  });
  return found;
}

journey(
  "nothing of the page is stopped by its own policy",
  async (lab) => {
    const { page } = lab;
    const found = await violations(page);
    const hub = await Hub.start();
    try {
      for (const room of ["", "retrieve?by=matrix", "retrieve?by=map", "attend", "ask", "fuse?batch=8", "sabotage?batch=8"]) {
        await lab.open(room);
        await lab.encoded();
      }
      await lab.open("contrast?batch=8&width=16&steps=30");
      const state = page.locator(".run-bar output");
      await state.filter({ hasText: /^Step 0$/ }).waitFor({ timeout: 60_000 });
      await page.getByRole("button", { name: "Train", exact: true }).click();
      await state.filter({ hasText: /^Step 30, the end of this run$/ }).waitFor({ timeout: 60_000 });
      const [csv] = await Promise.all([page.waitForEvent("download"), page.locator("figure.plot").first().getByRole("button", { name: "CSV" }).click()]);
      assert.ok((await readFile(await csv.path())).length > 10);

      await lab.open("album");
      await page.locator("input[type=file]").first().setInputFiles({ name: "half.jpg", mimeType: "image/jpeg", buffer: Buffer.from(await lab.jpeg(64, 48)) });
      await page.locator(".photos img[src^='blob:']").waitFor({ timeout: 60_000 });

      await lab.open("caption");
      await lab.words();
      await page.getByRole("button", { name: "Camera" }).click();
      await page.waitForFunction(() => document.querySelector("dialog.camera video").videoWidth > 0);
      await page.getByRole("button", { name: "Take photo" }).click();
      await page.getByText(/^Your image as the model sees it/).waitFor();

      await lab.open("models");
      await page.getByLabel("Name or address").fill(hub.model("blip_caption"));
      await page.getByRole("button", { name: "Details", exact: true }).click();
      await page.getByRole("button", { name: /^Download/ }).click();
      await page.locator("#model summary").filter({ hasText: "(" }).filter({ hasText: hub.model("blip_caption") }).waitFor({ timeout: 60_000 });
      await page.getByRole("link", { name: "Caption", exact: true }).first().click();
      await lab.drop("wide.png", "image/png", await readFile(path.join(MODELS, "wide.png")));
      await page.getByText(/^Your image as the model sees it: 32/).waitFor();
      await lab.words();
    } finally {
      await hub.close();
    }
    assert.deepEqual(found, []);
  },
  ["no-adapter"],
  CAMERA,
);

journey(
  "what the page never does is stopped",
  async (lab) => {
    const { page } = lab;
    lab.forgive(/Content Security Policy|Trusted|TypeError|Refused|violates/);
    const found = await violations(page);
    await lab.open();
    await page.locator("html[data-started=true]").waitFor({ timeout: 60_000 });
    const outcomes = await page.evaluate(async () => {
      const attempt = async (act) => {
        try {
          return String(await act());
        } catch (error) {
          return error.name;
        }
      };
      const markup = (html) => () => (document.createElement("div").innerHTML = html);
      const results = {
        handler: await attempt(markup('<img src="x" onerror="window.ran = 1">')),
        frame: await attempt(markup('<iframe srcdoc="x"></iframe>')),
        script: await attempt(markup("<script>window.ran = 1</script>")),
        address: await attempt(markup('<a href="javascript:window.ran = 1">a</a>')),
        hidden: await attempt(markup('<a href="&#106;avascript:window.ran = 1">a</a>')),
        worker: await attempt(() => new Worker("models/playroom/config.json")),
        elsewhere: await attempt(() => new Worker("https://example.org/worker_loader.js")),
        request: await attempt(() => fetch("http://192.168.0.1/")),
        code: await attempt(() => (document.createElement("script").text = "window.ran = 1")),
        fixed: await attempt(markup('<p class="a b" aria-hidden="true"><i></i>text &amp; text</p><br/>')),
      };
      const inline = document.createElement("script");
      inline.append("window.ran = 1");
      document.head.append(inline);
      return { ...results, ran: window.ran === 1 };
    });
    const stopped = ["handler", "frame", "script", "address", "hidden", "worker", "elsewhere", "request", "code"];
    for (const name of stopped) assert.equal(outcomes[name], "TypeError", name);
    assert.match(outcomes.fixed, /^<p class/);
    assert.equal(outcomes.ran, false);
    // The browser tells of them afterwards.
    while (found.length < stopped.length) await page.waitForTimeout(100);
  },
  ["no-adapter"],
);

journey(
  "the console warns of nothing",
  async (lab) => {
    const warnings = [];
    lab.page.on("console", (message) => message.type() === "warning" && warnings.push(message.text()));
    await lab.open();
    await lab.encoded();
    await lab.page.waitForTimeout(4000);
    assert.deepEqual(warnings, []);
  },
  ["no-adapter"],
  { serviceWorkers: "allow" },
);
