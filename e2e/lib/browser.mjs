// Headless Chromium with or without WebGPU, and what it complains about.
import { chromium } from "playwright-core";

const ALWAYS = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
// SwiftShader computes WebGPU in software, so that every machine runs the same tests.
const SWIFTSHADER = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/**
 * What a visitor may have: WebGPU; WebGPU without an adapter (headless Chromium's own state, like a blocked driver);
 * or a browser that does not know it.
 */
export const MODES = ["webgpu", "no-adapter", "no-webgpu"];

/** A browser with one page in this mode, without service workers unless they are allowed; `page.context().browser().close()` ends it. */
export async function openPage(mode, { serviceWorkers = "block", flags = [] } = {}) {
  const executablePath = process.env.CHROMIUM;
  if (!executablePath) throw new Error("CHROMIUM is not set: run these tests by cargo xtask test");
  const args = [...ALWAYS, ...(mode === "webgpu" ? SWIFTSHADER : []), ...flags];
  const browser = await chromium.launch({ executablePath, args });
  const page = await (await browser.newContext({ serviceWorkers })).newPage();
  // No flag of Chromium removes it; from the page's worker it goes by `TestPage.inWorker`.
  if (mode === "no-webgpu") await page.addInitScript(() => delete Navigator.prototype.gpu);
  return page;
}

/** Lets the browser keep so many bytes of this page's origin. */
export async function limitStorage(page, quotaSize) {
  const session = await page.context().newCDPSession(page);
  await session.send("Storage.overrideQuotaForOrigin", { origin: new URL(page.url()).origin, quotaSize });
}

/**
 * Collects a page's errors: exceptions, console errors, failed requests. A deep link is no error, though a static host
 * answers it as GitHub Pages does, by the page with status 404.
 */
export function collectErrors(page) {
  const errors = [];
  page.on("pageerror", (error) => errors.push(`exception: ${error.stack ?? error}`));
  page.on("console", (message) => {
    const isDeepLink = /status of 404/.test(message.text()) && message.location().url.split("?")[0] === page.url().split("?")[0];
    if (message.type() === "error" && !isDeepLink) errors.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("requestfailed", (request) => {
    // Leaving the page ends what it was still waiting for.
    const why = request.failure()?.errorText;
    if (why !== "net::ERR_ABORTED") errors.push(`request: ${request.url()} ${why}`);
  });
  return errors;
}
