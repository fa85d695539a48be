// What can go wrong for a visitor: each gets a sentence and a way on.
import assert from "node:assert/strict";
import { journey } from "../lib/test_page.mjs";

const CPU = ["no-webgpu"];

journey(
  "own pictures are taken, whatever their size, and what is none is refused",
  async (lab) => {
    await lab.open("caption");
    await lab.words();
    await lab.drop("wide.jpg", "image/jpeg", await lab.jpeg(701, 333));
    const note = lab.page.getByText("Playroom was trained on drawn scenes only");
    await note.waitFor({ timeout: 60_000 });
    assert.match(await lab.caption(), /^\w+/);
    assert.match(await lab.page.locator(".statements").textContent(), /No ground truth/);
    await lab.page.waitForURL(/picture=own/);
    const pixel = () =>
      lab.page.evaluate(() => {
        const canvas = document.querySelector("figure.picture canvas[role=img]");
        return [...canvas.getContext("2d").getImageData(0, 32, 1, 1).data].join();
      });
    const before = await pixel();
    await lab.drop("tiny.jpg", "image/jpeg", await lab.jpeg(1, 1));
    await lab.page.waitForFunction(
      (before) => {
        const canvas = document.querySelector("figure.picture canvas[role=img]");
        return [...canvas.getContext("2d").getImageData(0, 32, 1, 1).data].join() !== before;
      },
      before,
    );
    assert.equal(await lab.page.getByRole("alert").count(), 0);
    await lab.drop("broken.png", "image/png", [0x89, 0x50, 0x4e, 0x47, 1, 2, 3]);
    const alert = lab.page.getByRole("alert").filter({ hasText: "could not be read as a picture" });
    await alert.filter({ hasText: "broken.png" }).waitFor({ timeout: 30_000 });
    await lab.page.getByRole("button", { name: "New scene" }).click();
    assert.match(await lab.scene(), /^an? /);
    // A link to a picture that never left another machine says so and goes on with a scene.
    await lab.open("caption?picture=own");
    await lab.page.getByText("never leaves its owner’s device").waitFor();
    await lab.words();
  },
  CPU,
);

journey(
  "a failed and a broken download are told, and tried again with success",
  async (lab) => {
    let answers = 0;
    await lab.page.route("**/model.safetensors", async (route) => {
      answers += 1;
      if (answers === 1) return route.fulfill({ status: 503, body: "busy" });
      if (answers === 2) {
        const response = await route.fetch();
        return route.fulfill({ response, body: (await response.body()).subarray(0, 50_000), headers: {} });
      }
      return route.continue();
    });
    await lab.open("ask");
    for (let failures = 1; failures <= 2; failures++) {
      const alert = lab.page.getByRole("alert");
      await alert.waitFor({ timeout: 60_000 });
      assert.equal(answers, failures);
      await alert.getByRole("button", { name: "Try again" }).click();
      await alert.waitFor({ state: "detached", timeout: 60_000 }).catch(() => {});
    }
    await lab.encoded();
    await lab.page.locator(".answer .verdict").waitFor({ timeout: 60_000 });
    lab.forgive(/503|model\.safetensors/);
  },
  CPU,
);

journey(
  "a worker that dies is told, and started again",
  async (lab) => {
    await lab.open("ask");
    await lab.encoded();
    await lab.page.locator(".answer .verdict").waitFor({ timeout: 60_000 });
    const [worker] = lab.page.workers();
    await worker.evaluate(() => setTimeout(() => { throw new Error("killed by the test"); }));
    const alert = lab.page.getByRole("alert");
    await alert.waitFor({ timeout: 30_000 });
    await alert.getByRole("button", { name: "Restart the engine" }).click();
    await alert.waitFor({ state: "detached", timeout: 60_000 });
    await lab.encoded();
    await lab.page.getByRole("textbox", { name: "Question", exact: true }).fill("how many objects are there?");
    await lab.page.locator(".answer .verdict").waitFor({ timeout: 60_000 });
    assert.equal(await lab.page.locator(".answer .said").textContent(), "two");
    lab.forgive(/killed by the test/);
  },
  CPU,
);

for (const [how, answer] of [
  ["its script does not come", (route) => route.abort()],
  ["the program does not come", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace("import(script)", 'import("./none.js")') });
  }],
]) {
  journey(
    `an engine that does not start is told, and started again: ${how}`,
    async (lab) => {
      await lab.page.route("**/worker_loader.js*", answer, { times: 1 });
      await lab.open("ask");
      const alert = lab.page.getByRole("alert");
      await alert.waitFor({ timeout: 30_000 });
      await alert.getByRole("button", { name: "Restart the engine" }).click();
      await alert.waitFor({ state: "detached", timeout: 60_000 });
      await lab.encoded();
      await lab.page.locator(".answer .verdict").waitFor({ timeout: 60_000 });
      // What the loader throws again reaches the page without words or stack.
      lab.forgive(/worker_loader|none\.js|^exception: $/);
    },
    CPU,
  );
}

journey(
  "WebGPU can be chosen, says the same as the CPU, and its loss is survived",
  async (lab) => {
    await lab.open("ask?picture=1-1");
    await lab.encoded();
    const device = lab.engine().locator(":scope > summary");
    const ask = async (question) => {
      await lab.page.getByRole("textbox", { name: "Question", exact: true }).fill(question);
      await lab.page.locator(".answer[aria-busy=false] .verdict").waitFor({ timeout: 240_000 });
      return (await lab.page.locator(".answer .columns table").first().locator("th[scope=row], data").allTextContents()).slice(0, 2);
    };
    const question = "how many objects are there?";
    const byCpu = await ask(question);
    // Whatever is answered already is not asked again: another question stands in between.
    await ask("is there a square?");
    await device.click();
    assert.match(await lab.engine().textContent(), /trial took .* ms by WebGPU and .* ms by our CPU kernels/);
    await lab.engine().getByRole("button", { name: "WebGPU" }).click();
    await device.filter({ hasText: /^WebGPU$/ }).waitFor({ timeout: 240_000 });
    assert.deepEqual(await ask(question), byCpu);
    await lab.screenshot("ask-by-webgpu");
    // What the adapter measured of itself is kept for the next visit.
    const kept = await lab.page.evaluate(async () => {
      const found = await (await caches.open("triptych")).match("kernel-tuning.json");
      return found?.text();
    });
    assert.match(kept, /swiftshader.*matmul/);

    // Every device is lost with the process that computes for it.
    const browser = await lab.page.context().browser().newBrowserCDPSession();
    await browser.send("Browser.crashGpuProcess");
    await lab.page.getByRole("textbox", { name: "Question", exact: true }).fill("how many large objects are there?");
    const alert = lab.page.getByRole("alert");
    await alert.waitFor({ timeout: 120_000 });
    await alert.getByRole("button", { name: "Continue on the CPU" }).click();
    await device.filter({ hasText: /^CPU$/ }).waitFor({ timeout: 60_000 });
    await ask("how many small objects are there?");
    // What the lost process had drawn is drawn again.
    await lab.page.waitForFunction(() => {
      const canvas = document.querySelector("figure.picture canvas[role=img]");
      return canvas.getContext("2d").getImageData(0, 0, 64, 64).data.some((byte) => byte !== 0);
    });
  },
  ["webgpu"],
);

journey(
  "without WebAssembly SIMD a sentence says what is missing",
  async (lab) => {
    await lab.page.addInitScript(() => (WebAssembly.validate = () => false));
    await lab.open();
    await lab.page.getByText("WebAssembly SIMD, which this browser does not have").waitFor();
  },
  CPU,
);

journey(
  "a run whose graphics device is lost begins anew on the CPU and comes to its end",
  async (lab) => {
    await lab.open("contrast?batch=8&width=16&steps=30");
    const device = lab.engine().locator(":scope > summary");
    const state = lab.page.locator(".run-bar output");
    await state.filter({ hasText: /^Step 0$/ }).waitFor({ timeout: 120_000 });
    await device.click();
    await lab.engine().getByRole("button", { name: "WebGPU" }).click();
    await device.filter({ hasText: /^WebGPU$/ }).waitFor({ timeout: 240_000 });
    await state.filter({ hasText: /^Step 0$/ }).waitFor({ timeout: 240_000 });
    await lab.page.getByRole("button", { name: "Train", exact: true }).click();
    await state.filter({ hasText: /^Step [1-9]/ }).waitFor({ timeout: 240_000 });
    const browser = await lab.page.context().browser().newBrowserCDPSession();
    await browser.send("Browser.crashGpuProcess");
    await lab.page.getByRole("button", { name: "Continue on the CPU" }).first().click({ timeout: 120_000 });
    await device.filter({ hasText: /^CPU$/ }).waitFor({ timeout: 60_000 });
    await state.filter({ hasText: /^Step 30, the end of this run$/ }).waitFor({ timeout: 120_000 });
  },
  ["webgpu"],
);

journey(
  "a run is there again when another device is chosen",
  async (lab) => {
    await lab.open("fuse?with=sum&batch=8&step=4");
    const state = lab.page.locator(".run-bar output");
    await state.filter({ hasText: /^Step 4$/ }).waitFor({ timeout: 60_000 });
    await lab.engine().locator(":scope > summary").click();
    await lab.engine().getByRole("button", { name: "CPU" }).click();
    await state.filter({ hasText: /^Preparing$/ }).waitFor();
    await state.filter({ hasText: /^Step 4$/ }).waitFor({ timeout: 60_000 });
  },
  CPU,
);

journey(
  "a still of the camera is taken, however often its button is pressed, and the camera is let go",
  async (lab) => {
    const { page } = lab;
    await page.addInitScript(() => {
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      window.streams = [];
      navigator.mediaDevices.getUserMedia = async (wish) => {
        const stream = await open(wish);
        window.streams.push(stream);
        return stream;
      };
    });
    await lab.open("caption");
    await lab.words();
    await page.getByRole("button", { name: "Camera" }).dblclick();
    await page.waitForFunction(() => document.querySelector("dialog.camera video").videoWidth > 0);
    await lab.screenshot("camera");
    await page.getByRole("button", { name: "Take photo" }).click();
    await page.getByText(/^Your image as the model sees it/).waitFor();
    const live = () => window.streams.filter((stream) => stream.getTracks().some((track) => track.readyState === "live")).length;
    assert.equal(await page.evaluate(live), 0, "every stream has ended");
    assert.ok((await page.evaluate(() => window.streams.length)) >= 1);
  },
  CPU,
  { flags: ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"] },
);
