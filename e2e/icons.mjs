// Paints the icons of the installed page, public/icons/, from public/icon.svg.
// Usage: CHROMIUM=/usr/bin/chromium node icons.mjs
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openPage } from "./lib/browser.mjs";

const at = (name) => fileURLToPath(new URL(`../public/${name}`, import.meta.url));
const PAPER = "#faf8f3";
/** What may be cut to any shape keeps what it shows within a circle of 0.8 of its side, here the corners of the middle panel's row. */
const ICONS = [
  { name: "192", side: 192, share: 0.74, radius: 0.18 },
  { name: "512", side: 512, share: 0.74, radius: 0.18 },
  { name: "maskable", side: 512, share: 0.56, radius: 0 },
];

const picture = `data:image/svg+xml;base64,${readFileSync(at("icon.svg")).toString("base64")}`;
const page = await openPage("no-adapter");
for (const { name, side, share, radius } of ICONS) {
  await page.setViewportSize({ width: side, height: side });
  const inner = Math.round(side * share);
  const style = `display:grid;place-items:center;width:${side}px;height:${side}px;border-radius:${side * radius}px;background:${PAPER}`;
  await page.setContent(`<body style="margin:0"><div style="${style}"><img src="${picture}" width="${inner}" height="${inner}"></div>`);
  await page.locator("img").evaluate((image) => image.decode());
  await page.screenshot({ path: at(`icons/${name}.png`), omitBackground: true });
}
await page.context().browser().close();
