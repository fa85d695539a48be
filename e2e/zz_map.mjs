import { openPage } from "./lib/browser.mjs";
import { serve } from "./serve.mjs";
import { TestPage } from "./lib/test_page.mjs";
import { rest, visit } from "./lib/access.mjs";
const page = await openPage("no-webgpu");
const server = await serve(process.env.TRIPTYCH_DIST, { base: "/triptych/" });
const lab = new TestPage(page, server, "no-webgpu");
lab.inWorker("delete WorkerNavigator.prototype.gpu;");
await page.setViewportSize({ width: 390, height: 844 });
await lab.open(); await lab.encoded();
await visit(lab, "retrieve?by=map");
const s = page.locator("summary", { hasText: "Show data" });
await page.evaluate(() => document.querySelector(".skip").focus());
for (let i=0;i<100;i++){ await page.keyboard.press("Tab"); const t=await page.evaluate(()=>document.activeElement.textContent.trim().slice(0,30)); if(t==="Show data") break; }
console.log(await page.evaluate(() => { const e=document.activeElement; const r=e.getBoundingClientRect(); const out=[]; for (const y of [r.top+1,r.top+r.height/2,r.bottom-1]) { const h=document.elementFromPoint(r.left+5,y); out.push([y,h&&h.outerHTML.slice(0,200), h&&getComputedStyle(h).position]); } return JSON.stringify([r,out,scrollY,document.documentElement.scrollHeight],null,1); }));
await page.screenshot({ path: "/tmp/shots/map.png" });
await page.context().browser().close(); await server.close();
