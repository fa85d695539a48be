// Addresses: of rooms, of no room, of robots, and three hundred rooms one after the other.
import assert from "node:assert/strict";
import { ROOMS } from "../complete.mjs";
import { journey } from "../lib/test_page.mjs";

const CPU = ["no-adapter"];

journey(
  "an address that names no room says so and offers the nearest",
  async (lab) => {
    const { page } = lab;
    await lab.open("captoin?picture=1-3&decode=beam-3");
    await page.getByText("This page has no address captoin").waitFor({ timeout: 60_000 });
    const go = page.getByRole("link", { name: "Go to Caption" });
    assert.match(await go.getAttribute("href"), /caption\?picture=1-3&decode=beam-3$/);
    await go.click();
    await page.waitForURL(/caption\?picture=1-3&decode=beam-3$/);
    assert.equal(await page.getByText("has no address").count(), 0);
    await page.goBack();
    await page.getByText("This page has no address captoin").waitFor();

    await lab.open("%3Cb%3Ewp-login.php");
    await page.getByText("This page has no address <b>wp-login.php").waitFor({ timeout: 60_000 });
    await page.getByRole("link", { name: "Go to Home" }).click();
    await page.waitForURL(lab.address);
    assert.equal(await page.getByText("has no address").count(), 0);

    for (const known of ["", "Models"]) {
      await lab.open(known);
      await page.locator("html[data-started=true]").waitFor({ timeout: 60_000 });
      assert.equal(await page.getByText("has no address").count(), 0, known);
    }
  },
  CPU,
);

journey(
  "every room is a file of its own, with its title, description and preview",
  async (lab) => {
    const { page } = lab;
    for (const { room, title, about } of ROOMS) {
      for (const address of [room, `${room}/`]) {
        const response = await page.request.get(`${lab.address}${address}?q=1`, { maxRedirects: 0 });
        assert.equal(response.status(), 200, address);
        const html = await response.text();
        for (const part of [`<title>${title} · Triptych</title>`, `name="description" content="${about}"`, `property="og:title" content="${title} · Triptych"`]) {
          assert.ok(html.includes(part), `${address}: ${part}`);
        }
        const [, preview] = html.match(/property="og:image" content="([^"]*)"/);
        assert.equal((await page.request.get(new URL(preview, lab.address + address).href)).status(), 200, preview);
      }
    }
    assert.equal((await page.request.get(`${lab.address}captoin`)).status(), 404);
    // From its folder too the page finds its files, and writes the address as its links do.
    await lab.open("caption/?picture=1-3");
    await page.waitForURL(`${lab.address}caption?picture=1-3`);
    await lab.words();
  },
  CPU,
);

journey(
  "what an address cannot mean is told and taken out of it, and older links keep their meaning",
  async (lab) => {
    const { page } = lab;
    await lab.open("caption?picture=1-3&decode=beam-900&flavour=sweet&utm_source=mail");
    const note = page.getByRole("status").filter({ hasText: "Left out of the address" });
    await note.waitFor({ timeout: 60_000 });
    assert.deepEqual(await note.locator("li").allTextContents(), ["decode=beam-900 (not a possible value)", "flavour=sweet (no such setting)"]);
    await page.waitForURL(`${lab.address}caption?picture=1-3`);
    await note.getByRole("button", { name: "Dismiss" }).click();
    assert.equal(await note.count(), 0);
    for (const [old, now] of [
      ["retrieve?q=a+star&temperature=1000", "retrieve?q=a+star&temp=1.000"],
      ["attend?picture=1-3&layer=0&head=1", "attend?picture=1-3&layer-no=1&head-no=2"],
    ]) {
      await lab.open(old);
      await page.waitForURL(lab.address + now);
      await page.locator("html[data-started=true]").waitFor({ timeout: 60_000 });
      assert.equal(await note.count(), 0, old);
    }
    // What only the model can tell.
    for (const room of ["caption", "attend"]) {
      await lab.open(`${room}?picture=1-3&layer-no=900&head-no=2`);
      await note.waitFor({ timeout: 60_000 });
      assert.deepEqual(await note.locator("li").allTextContents(), ["layer-no=900 (not a possible value)"]);
      await page.waitForURL(`${lab.address}${room}?picture=1-3&head-no=2`);
    }
  },
  CPU,
);

journey(
  "an address two folders down leads to the room",
  async (lab) => {
    const { page } = lab;
    lab.forgive(/status of 404|MIME type/);
    for (const [deep, room] of [["caption/?decode=beam-3", "caption?decode=beam-3"], ["fuse/2026/11/", "fuse"]]) {
      await page.goto(lab.address + deep, { waitUntil: "commit" });
      await page.waitForURL(lab.address + room);
      await page.locator("html[data-started=true]").waitFor({ timeout: 60_000 });
      assert.equal(await page.getByText("has no address").count(), 0);
    }
  },
  CPU,
);

journey(
  "robots find a file of their own",
  async (lab) => {
    const response = await lab.page.request.get(`${lab.address}robots.txt`);
    assert.equal(response.status(), 200);
    assert.match(await response.text(), /^User-agent: \*$/m);
    const icon = await lab.page.request.get(`${lab.address}favicon.ico`);
    assert.equal(icon.status(), 404, "browsers take the icon that the page names");
    await lab.open();
    const named = await lab.page.evaluate(() => document.querySelector("link[rel=icon]").href);
    assert.equal((await lab.page.request.get(named)).status(), 200);
  },
  CPU,
);

journey(
  "three hundred changes of room leave the memory as it was",
  async (lab) => {
    const { page } = lab;
    await page.addInitScript(() => {
      const instantiate = WebAssembly.instantiate;
      WebAssembly.instantiate = async (...all) => {
        const instance = await instantiate(...all);
        window.memory = instance.exports.memory;
        return instance;
      };
    });
    await lab.open();
    await lab.encoded();
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable");
    const change = (times) =>
      page.evaluate(async (times) => {
        for (let i = 0; i < times; i++) {
          const links = document.querySelectorAll(".rail a");
          links[i % links.length].click();
          await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn, 20)));
        }
      }, times);
    const sample = async () => {
      await session.send("HeapProfiler.collectGarbage");
      const { metrics } = await session.send("Performance.getMetrics");
      const metric = (name) => metrics.find((metric) => metric.name === name).value;
      const wasm = await page.evaluate(() => window.memory.buffer.byteLength);
      return { heap: metric("JSHeapUsedSize"), nodes: metric("Nodes"), listeners: metric("JSEventListeners"), wasm };
    };
    // Once the last room is filled and nothing has come or gone for two seconds.
    const measure = async () => {
      await page.locator(".rail a", { hasText: "Models" }).click();
      await page.getByRole("table", { name: "Tested models" }).waitFor({ timeout: 60_000 });
      await lab.encoded();
      let last = await sample();
      for (let still = 0, turns = 0; still < 8 && turns < 120; turns++) {
        await page.waitForTimeout(250);
        const next = await sample();
        still = next.nodes === last.nodes ? still + 1 : 0;
        last = next;
      }
      return last;
    };
    await change(60);
    const before = await measure();
    await change(300);
    const after = await measure();
    const told = `${JSON.stringify(before)} then ${JSON.stringify(after)}`;
    assert.ok(after.heap <= before.heap + 2e6, told);
    assert.ok(after.wasm <= before.wasm + 2e6, told);
    assert.ok(after.nodes <= 1.2 * before.nodes && after.listeners <= 1.2 * before.listeners, told);
  },
  CPU,
);
