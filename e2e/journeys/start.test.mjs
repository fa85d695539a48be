// The page starts, at its own address and at a deep link, whatever the browser knows of WebGPU.
import assert from "node:assert/strict";
import { MODES } from "../lib/browser.mjs";
import { journey } from "../lib/test_page.mjs";

const WEBGPU = { webgpu: "adapter", "no-adapter": "no adapter", "no-webgpu": "unknown" };

journey(
  "the first visit",
  async (lab) => {
    await lab.open();
    await lab.heading().waitFor();
    assert.equal(await lab.heading().textContent(), "Triptych");
    await lab.encoded();
    assert.deepEqual(await lab.webGpu(), { page: WEBGPU[lab.mode], worker: WEBGPU[lab.mode] });
    await lab.screenshot("start");
  },
  MODES,
);
