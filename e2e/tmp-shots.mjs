import { serve } from "./serve.mjs";
import { openPage, collectErrors } from "./lib/browser.mjs";
const server = await serve("/work/main/dist", { base: "/triptych/" });
const page = await openPage("no-webgpu");
const errors = collectErrors(page);
const rooms = (process.argv[2] ?? "home,retrieve,caption,attend,ask").split(",");
const variants = (process.argv[3] ?? "light-1280").split(",");
for (const room of rooms) {
  const t=Date.now();
  await page.goto(server.address + (room === "home" ? "" : room));
  const device = page.locator("#engine summary");
  await device.filter({ hasText: /^(CPU|WebGPU)$/ }).waitFor({ timeout: 120000 }).catch(e=>console.log("no device", String(e).slice(0,100)));
  await page.waitForFunction(() => !document.querySelector(".loading"), null, { timeout: 120000 }).catch(()=>console.log("still loading"));
  console.log(room, "ready", Date.now()-t);
  await page.waitForTimeout(3500);
  for (const v of variants) {
    const [theme, width] = v.split("-");
    await page.emulateMedia({ colorScheme: theme });
    await page.evaluate((t)=>{document.documentElement.dataset.theme=t}, theme);
    await page.setViewportSize({ width: +width, height: 800 });
    await page.waitForTimeout(300);
    await page.screenshot({ path: `/tmp/shots/${room}-${v}.png`, fullPage: true });
  }
}
console.log(errors.join("\n"));
await page.context().browser().close(); await server.close();
