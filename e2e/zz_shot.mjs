import { openPage } from "/work/near/e2e/lib/browser.mjs";
import { serve } from "/work/near/e2e/serve.mjs";
const server = await serve(process.env.TRIPTYCH_DIST, { base: "/triptych/" });
const page = await openPage("no-webgpu");
const errors = []; page.on("console", (m) => m.type() === "error" && errors.push(m.text())); page.on("pageerror", (e) => errors.push(String(e)));
for (const [name, w, h, scheme, path] of JSON.parse(process.argv[2])) {
  await page.setViewportSize({ width: w, height: h });
  await page.emulateMedia({ colorScheme: scheme });
  await page.goto(server.address + path);
  await page.locator("html[data-started=true]").waitFor();
  await page.waitForFunction(() => !document.querySelector(".loading"), null, { timeout: 120000 });
  await page.waitForTimeout(2500);
  if (process.argv[3]) { await page.getByRole("button", { name: "Play" }).click(); await page.waitForTimeout(700); }
  await page.screenshot({ path: `/tmp/shots/${name}.png`, fullPage: process.argv[4] === "full" });
}
console.log(errors);
await page.context().browser().close(); server.close?.(); process.exit(0);
