// What a page is to those who use it by keyboard, by ear, enlarged or in colours of their own.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Every room with something in it, by the addresses of its parts. */
export const ROOMS = [
  "",
  "lessons",
  "teachers",
  "teachers?sheet=retrieval",
  "retrieve?lesson=retrieval.1",
  "retrieve?q=a%20red%20circle",
  "retrieve?by=sentences",
  "retrieve?by=matrix",
  "retrieve?by=map",
  "retrieve?picture=1-3&from=table&to=graph",
  "caption?picture=1-1&decode=beam-3",
  "caption?picture=1-1&edit=1",
  "attend?picture=1-3",
  "attend?picture=1-3&of=patches",
  "ask?picture=1-3",
  "listen?picture=1-2&ms=500&off=1",
  "listen?picture=1-2&task=own",
  "listen?picture=1-2&task=source&ms=820",
  "listen?picture=1-2&task=sync&offset=3",
  "listen?picture=1-2&task=events",
  "listen?picture=1-2&task=separation",
  "space?picture=1-3&point=3-table",
  "contrast?batch=8&width=16&steps=20&step=2&hard=1",
  "contrast?batch=8&width=16&steps=20&step=2&space=coordinated",
  "contrast?show=objectives&race-batch=8&race-steps=1&race-probes=1",
  "fuse?with=gate.bilinear.cross-attention&batch=8&step=1&inside=bilinear",
  "fuse?modalities=picture.words.sound&with=gate.cross-attention&batch=8&step=1&inside=cross-attention",
  "sabotage?with=late.modulated&batch=8&step=1&spoil=picture-blur-60",
  "sabotage?modalities=words.sound&with=late&batch=8&step=1&spoil=sound-mask-60",
  "album",
  "models",
];

/** Goes to an address within the page, as Back and Forward do, so that the engine stays. */
export async function visit(lab, path) {
  await lab.page.evaluate((address) => {
    history.pushState(null, "", address);
    dispatchEvent(new PopStateEvent("popstate"));
    document.activeElement?.blur();
    scrollTo(0, 0);
  }, lab.address + path);
  await rest(lab.page);
}

/** Waits until nothing is under way and the page has not changed for a while. */
export function rest(page) {
  return page.evaluate(async () => {
    let changed = performance.now();
    const watch = new MutationObserver(() => (changed = performance.now()));
    watch.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    const isBusy = () => document.querySelector(".loading, [aria-busy=true]") || /Preparing|training|evaluating/.test(document.querySelector(".run-bar output")?.textContent);
    while (isBusy() || performance.now() - changed < 250) await new Promise((later) => setTimeout(later, 50));
    watch.disconnect();
  });
}

/**
 * What axe-core finds, a line for each place. It knows a skip link by an address that is a bare fragment, which here, below the
 * page's base, would lead home: that it stands outside the landmarks is no finding.
 */
export async function violations(page) {
  // Evaluated, not added as a script: a page's policy may forbid foreign ones.
  if (!(await page.evaluate(() => "axe" in self))) await page.evaluate(AXE);
  return page.evaluate(async (values) => {
    const { violations } = await self.axe.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"] });
    const isSkipLink = (id, { target }) => id === "region" && target.join() === ".skip";
    return violations.flatMap(({ id, nodes }) => nodes.filter((node) => !isSkipLink(id, node)).map(({ target, any, all, none }) => `${id}: ${target} ${[...any, ...all, ...none].map((check) => check.message).join("; ")}`));
  }, TAGS);
}

/**
 * Tabs from the first stop to the last and around; what each stop is, whether a point of it is to be seen, and whether
 * its focus is.
 */
export async function stops(page) {
  const found = [];
  await page.evaluate(() => document.querySelector(".skip").focus());
  while (found.length < 400) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(async () => {
      const element = document.activeElement;
      if (!element || element === document.body || element.matches(".skip")) return null;
      const shares = [0.02, 0.25, 0.5, 0.75, 0.98];
      const isSeen = () => {
        const { left, top, width, height } = element.getBoundingClientRect();
        const hits = shares.flatMap((x) => shares.map((y) => document.elementFromPoint(left + x * width, top + y * height)));
        return hits.some((hit) => hit && (element.contains(hit) || (hit.contains(element) && hit.closest("label"))));
      };
      // What scrolls may need a frame.
      if (!isSeen()) await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
      const { top } = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      const name = element.getAttribute("aria-label") || element.textContent.trim().slice(0, 40) || element.type;
      return {
        name: `${element.tagName} ${element.className} "${name}" at ${Math.round(top)}`,
        isSeen: isSeen(),
        isMarked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
      };
    });
    if (stop === null) return found;
    found.push(stop);
  }
  throw new Error("the way through the page has no end");
}

/** The borders of controls that stand out from their ground by less than 3 to 1. */
export function faintBorders(page) {
  return page.evaluate(() => {
    const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const pixel = (colour) => {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data];
    };
    const luminance = ([r, g, b]) => {
      const linear = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
      return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) + 0.05;
    };
    const ground = (element) => {
      for (let at = element.parentElement; at; at = at.parentElement) {
        const colour = pixel(getComputedStyle(at).backgroundColor);
        if (colour[3] === 255) return colour;
      }
      return [255, 255, 255];
    };
    const controls = "input:not([type=range],[type=file]), select, textarea, .button, .segments, .chip:not(.words), .badge > summary, button.badge";
    const faint = [];
    for (const control of document.querySelectorAll(`:is(${controls}):not(:disabled, :disabled *, [aria-disabled])`)) {
      if (control.getClientRects().length === 0 || control.closest("fieldset:disabled")) continue;
      const [a, b] = [luminance(pixel(getComputedStyle(control).borderBottomColor)), luminance(ground(control))];
      const ratio = Math.max(a, b) / Math.min(a, b);
      if (ratio < 3) faint.push(`${control.tagName} ${control.className} ${control.textContent.trim().slice(0, 20)}: ${ratio.toFixed(2)}`);
    }
    return faint;
  });
}

/** The colours in the picture of an element, each with its share. */
export async function colours(page, locator) {
  const png = (await locator.screenshot({ animations: "disabled" })).toString("base64");
  return page.evaluate(async (png) => {
    const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const context = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
    context.drawImage(picture, 0, 0);
    const { data } = context.getImageData(0, 0, picture.width, picture.height);
    const counts = {};
    for (let at = 0; at < data.length; at += 4) counts[data.slice(at, at + 3)] = (counts[data.slice(at, at + 3)] ?? 0) + 4 / data.length;
    return counts;
  }, png);
}

/** What is told to those who hear the page: the words of all live regions that are not switched off. */
export function told(page) {
  return page.evaluate(() => {
    const regions = document.querySelectorAll("[aria-live]:not([aria-live=off]), [role=status]:not([aria-live=off]), [role=alert], output:not([aria-live=off])");
    return [...regions].map((region) => region.textContent.trim()).filter(Boolean);
  });
}

/** What has the focus, in words; null where it has fallen to the page. */
export function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    return element && element !== document.body ? `${element.id || element.getAttribute("aria-label") || element.textContent.trim() || element.tagName}` : null;
  });
}
