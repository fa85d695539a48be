// The rooms Fuse and Sabotage: a student presses the buttons and reads the figures. Small races, so that minutes suffice.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { taskTimes, whatBlocks } from "../lib/tasks.mjs";
import { journey } from "../lib/test_page.mjs";

const CPU = ["no-webgpu"];

/** The buttons of a run and what they tell. */
class Run {
  constructor(page) {
    this.page = page;
    this.bar = page.getByRole("group", { name: "Training" });
    this.state = this.bar.locator("output");
  }

  button(name) {
    return this.bar.getByRole("button", { name, exact: true });
  }

  /** Waits until the run rests at a step; which one. */
  async rests(at = "\\d+") {
    await this.state.filter({ hasText: new RegExp(`^Step ${at}$`) }).waitFor({ timeout: 300_000 });
    return Number((await this.state.textContent()).match(/\d+/)[0]);
  }

  async reaches(step) {
    const has = (step) => Number(document.querySelector(".run-bar output").textContent.match(/\d+/)?.[0]) >= step;
    await this.page.waitForFunction(has, step, { timeout: 300_000 });
  }

  /** Accuracies of the table by contestant. */
  async accuracies() {
    const rows = await this.page.locator("table.standings tbody tr").evaluateAll((rows) =>
      rows.map((row) => [row.querySelector("th").textContent.trim(), Number(row.querySelector("td").textContent)]),
    );
    return Object.fromEntries(rows);
  }

  async save(locator) {
    const [download] = await Promise.all([this.page.waitForEvent("download"), locator.click()]);
    return readFile(await download.path());
  }
}

journey(
  "an exclusive or defeats late fusion and not the product, by numbers; the same link gives the same curve",
  async (lab) => {
    const run = new Run(lab.page);
    await lab.open("fuse?with=late.product.sum");
    await run.rests("0");
    await run.button("Train").click();
    await run.reaches(45);
    await run.button("Pause").click();
    const paused = await run.rests();
    await lab.page.waitForTimeout(1500);
    assert.ok((await run.rests()) <= paused + 1, "a pause acts within a step");
    await run.button("Step").click();
    await run.rests(String(paused + 1));
    await lab.page.waitForURL(new RegExp(`step=${paused + 1}`));
    const start = Date.now();
    const times = await taskTimes(lab.page, async () => {
      await run.button("Continue").click();
      await run.rests("400");
    });
    console.log(`longest tasks of the page meanwhile, ms of CPU: ${times.slice(0, 5).map(Math.round)}`);
    assert.equal(whatBlocks(times, (Date.now() - start) / 1000), null, "training leaves the page free");

    const accuracy = await run.accuracies();
    const [late, sum] = [accuracy["Late (sum of logits)"], accuracy["Sum (of features)"]];
    assert.ok(late <= 0.55, `late: ${late}`);
    assert.ok(Math.max(sum, accuracy.Product) >= 0.9, `sum ${sum}, product ${accuracy.Product}`);
    assert.ok(accuracy["Image only"] < 0.6 && accuracy["Text only"] < 0.6, JSON.stringify(accuracy));
    await lab.page.getByText(/Late \(sum of logits\), .*: cannot solve this task, however long it trains/).waitFor();

    const csv = String(await run.save(lab.page.getByRole("button", { name: "CSV" }).first()));
    assert.match(csv, /^Step,.*Late/);
    await lab.page.locator("table.standings").getByRole("button", { name: "Late" }).click();
    await lab.page.waitForURL(/inside=late/);
    const weights = await run.save(lab.page.getByRole("button", { name: "Download weights" }));
    const header = JSON.parse(weights.subarray(8, 8 + Number(weights.readBigUInt64LE(0))));
    assert.equal(JSON.parse(header.__metadata__.race).contestant, "Late");
    await lab.screenshot("fuse");

    await run.button("Reset").click();
    await run.bar.getByRole("button", { name: "Delete this run of 400 steps" }).click();
    await run.rests("0");
    await lab.open("fuse?with=late.product.sum&step=60");
    await run.rests("60");
    const again = String(await run.save(lab.page.getByRole("button", { name: "CSV" }).first())).trim().split(/\r?\n/);
    const rows = csv.trim().split(/\r?\n/);
    const at = (rows, step) => rows.find((row) => row.startsWith(`${step},`));
    assert.equal(at(again, 40), at(rows, 40), "the link gives the curve that was seen");
  },
  CPU,
);

journey(
  "a page that training blocks is noticed, also where the machine is busy",
  async (lab) => {
    // As if each event of the run kept the page busy; where others hold the processor, only a part of the 200 ms is the page's.
    await lab.page.addInitScript(() => {
      const block = () => {
        for (const end = performance.now() + 200; performance.now() < end; );
      };
      self.Worker = class extends Worker {
        constructor(...parts) {
          super(...parts);
          this.addEventListener("message", block);
        }
      };
    });
    const run = new Run(lab.page);
    await lab.open("fuse?with=late");
    await run.rests("0");
    const start = Date.now();
    const times = await taskTimes(lab.page, async () => {
      await run.button("Train").click();
      await run.reaches(20);
    });
    assert.match(whatBlocks(times, (Date.now() - start) / 1000) ?? "nothing", /tasks? took more than/);
  },
  CPU,
);

journey(
  "words that are removed ruin concatenation and spare modality dropout; one sample is shown as it is given",
  async (lab) => {
    const run = new Run(lab.page);
    await lab.open("sabotage?with=concat.dropout&dropout=50&task=1-0-0-0&spoil=words-remove-0");
    await run.rests("0");
    await run.button("Train").click();
    await run.rests("400");
    await lab.page.getByRole("button", { name: "Remove", exact: true }).click();
    const dial = lab.page.getByRole("slider", { name: "Strength" });
    await dial.fill("100");
    const left = async (name) => {
      const row = lab.page.locator(".bars tr").filter({ hasText: name });
      await row.first().waitFor({ timeout: 120_000 });
      return Number(await row.locator("data").textContent());
    };
    await lab.page.waitForFunction(() => document.querySelectorAll(".bars tbody tr").length >= 6, null, { timeout: 120_000 });
    await lab.page.waitForURL(/spoil=words-remove-100/);
    const [concat, dropout] = [await left("Concatenation"), await left("Modality dropout")];
    assert.ok(dropout >= concat + 0.15, `words removed: concatenation ${concat}, modality dropout ${dropout}`);
    const whole = await run.accuracies();
    assert.ok(whole["Modality dropout"] >= whole.Concatenation - 0.05, JSON.stringify(whole));
    await lab.page.getByText("(no text)").waitFor();
    // Noise that the picture is drowned in leaves whoever listens to the words.
    await lab.page.getByRole("button", { name: "The image", exact: true }).click();
    // What is at its default does not stand in the address.
    await lab.page.waitForURL((url) => !url.searchParams.has("spoil"));
    await lab.page.waitForFunction(() => document.querySelectorAll(".bars tbody tr").length >= 6, null, { timeout: 120_000 });
    assert.ok((await left("Text only")) > 0.95);
    await lab.screenshot("sabotage");
  },
  CPU,
);

journey(
  "every curve of the desk is drawn again after a switch between picture and words",
  async (lab) => {
    const run = new Run(lab.page);
    await lab.open("sabotage?with=concat.dropout&task=1-0-0-0&step=5&spoil=picture-remove-100");
    await run.rests("5");
    // A curve of five strengths is drawn by a move and four lines.
    const whole = () => {
      const figure = [...document.querySelectorAll("figure.plot")].find((one) => one.textContent.includes("Accuracy against the strength"));
      const curves = [...figure.querySelectorAll("path.trace")].map((curve) => curve.getAttribute("d").split("L").length - 1);
      return curves.length === 6 && curves.every((lines) => lines === 4);
    };
    for (const name of ["The text", "The image", "The text"]) {
      await lab.page.waitForFunction(whole, null, { timeout: 120_000 });
      await lab.page.getByRole("button", { name, exact: true }).click();
    }
    await lab.page.waitForFunction(whole, null, { timeout: 120_000 });
  },
  CPU,
);

journey(
  "the rooms open with what is worth seeing: three fusions, lines named at their ends, a picture that is gone",
  async (lab) => {
    const run = new Run(lab.page);
    await lab.page.setViewportSize({ width: 1280, height: 720 });
    await lab.open("fuse");
    await run.rests("0");
    const chosen = await lab.page.getByRole("list", { name: "Models" }).locator("[aria-pressed=true]").allTextContents();
    assert.deepEqual(chosen, ["Late (sum of logits)", "Sum (of features)", "Product"]);
    const top = await lab.page.locator("figure.plot").first().evaluate((figure) => figure.getBoundingClientRect().top);
    assert.ok(top < 640, `the first chart begins at ${top} px`);
    await lab.page.getByText("No model is trained yet: press Train.").waitFor();
    assert.equal(await lab.page.locator(".gain .bars tbody tr").count(), 0, "an untrained model heads no ranking");

    await lab.open("fuse?step=5");
    await run.rests("5");
    const names = lab.page.locator("figure.plot").first().locator("text.end");
    await names.nth(6).waitFor();
    const places = await names.evaluateAll((names) => names.map((name) => name.getBoundingClientRect().top).sort((a, b) => a - b));
    assert.ok(places.every((place, at) => at === 0 || place - places[at - 1] > 10), `${places}`);
    assert.equal(await names.and(lab.page.locator(":not(.faded)")).count(), 1, "the model that is looked into stands out");
    assert.equal(await lab.page.locator("ul.keys").count(), 1, "one legend for both charts");
    await lab.page.getByText(/Not solved yet after 5 steps/).waitFor();

    await lab.open("sabotage?with=concat");
    await run.rests("0");
    for (const name of ["Clean accuracy", "Corrupted accuracy"]) {
      assert.match(await lab.figure(name).textContent(), /^–/, `${name} of a model that is not trained`);
    }
    await lab.open("sabotage?with=concat&step=5");
    await run.rests("5");
    await lab.page.locator(".drops tbody tr").nth(4).waitFor({ timeout: 120_000 });
    assert.equal(await lab.page.getByRole("button", { name: "The image", exact: true }).getAttribute("aria-pressed"), "true");
    await lab.page.getByText("Strength 100 %").first().waitFor();
    const exports = lab.page.locator(".drops").locator("xpath=following::div[@aria-label='Save'][1]");
    const csv = String(await run.save(exports.getByRole("button", { name: "CSV" })));
    assert.match(csv, /^Model,Clean accuracy,Corrupted accuracy,Points,Chance\r\nMajority class,/);
    assert.equal(csv.trim().split("\r\n").length, 6);
    // The values beside the curves are those of the strength that is chosen.
    await lab.page.getByRole("slider", { name: "Strength" }).fill("25");
    await lab.page.getByText("Strength 25 %").first().waitFor();
  },
  CPU,
);

journey(
  "a race takes three modalities: a task in the sound, every subset in a table, a knock seen and played, sound taken away",
  async (lab) => {
    const run = new Run(lab.page);
    await lab.open("fuse?with=concat.gate");
    await run.rests("0");
    await lab.page.getByRole("button", { name: "Image + text + sound", exact: true }).click();
    await lab.page.waitForURL(/modalities=picture\.words\.sound/);
    await lab.page.getByRole("button", { name: "Unique to the sound", exact: true }).click();
    await lab.page.waitForURL(/task=0-0-0-0-1/);
    await run.rests("0");
    await run.button("Train").click();
    await run.reaches(100);
    await run.button("Pause").click();
    const step = await run.rests();
    const accuracy = await run.accuracies();
    assert.ok(accuracy["Image only"] < 0.6 && "Sound only" in accuracy, JSON.stringify(accuracy));

    const table = lab.page.locator("table.subsets tbody tr");
    const rows = await table.evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)));
    assert.deepEqual(rows.map(([given]) => given).slice(0, 3), ["image + text + sound", "text + sound", "image + sound"]);
    assert.equal(rows.length, 7);
    for (const [given, accuracy, , confidence] of rows) {
      assert.ok(Number(accuracy) > 0 && Number(confidence) >= 0.5, `${given}: ${accuracy}, ${confidence}`);
    }
    const sample = lab.page.locator(".sample");
    await sample.getByText(/^(one knock|two knocks)$/).waitFor();
    await sample.getByRole("button", { name: /^Play the sound of sample/ }).click();
    await lab.screenshot("fuse-three");

    await lab.page.getByRole("button", { name: "Corrupt these models in Sabotage" }).click();
    await lab.heading().filter({ hasText: "Sabotage" }).waitFor();
    await run.rests(String(step));
    await lab.page.getByRole("button", { name: "The sound", exact: true }).click();
    await lab.page.getByRole("button", { name: "Remove", exact: true }).click();
    await lab.page.getByRole("slider", { name: "Strength" }).fill("0");
    const answers = async () => {
      const all = sample.locator("table tbody tr");
      await lab.page.waitForFunction(() => document.querySelectorAll(".sample table tbody tr").length === 7, null, { timeout: 120_000 });
      return (await all.allTextContents()).join("\n");
    };
    const clean = await answers();
    await lab.page.getByRole("slider", { name: "Strength" }).fill("100");
    await lab.page.waitForURL(/spoil=sound-remove-100/);
    await lab.page.getByText("(no sound)").waitFor();
    await lab.page.waitForFunction((clean) => {
      const rows = [...document.querySelectorAll(".sample table tbody tr")];
      return rows.length === 7 && rows.map((row) => row.textContent).join("\n") !== clean;
    }, clean, { timeout: 120_000 });

    // What is no set of modalities is told, and the race is that of two.
    await lab.open("fuse?with=late&modalities=words.smell");
    await lab.page.getByText(/modalities/).first().waitFor();
    const pressed = lab.page.getByRole("group", { name: "Modalities" }).locator("[aria-pressed=true]");
    assert.equal(await pressed.textContent(), "Image + text");
  },
  CPU,
);

journey(
  "the rooms of races fit both themes and a phone",
  async (lab) => {
    const run = new Run(lab.page);
    const rooms = {
      "fuse-race": "fuse?with=gate.bilinear.cross-attention&step=20&inside=bilinear",
      "sabotage-race": "sabotage?with=late.modulated&step=20&spoil=picture-blur-60&sample=4",
      "fuse-race-three": "fuse?modalities=picture.words.sound&task=1-1-1-1-1&with=gate.cross-attention&step=20&inside=gate",
      "sabotage-race-sound": "sabotage?modalities=words.sound&with=late.experts&step=20&spoil=sound-mask-60&sample=4&inside=experts",
    };
    for (const [name, address] of Object.entries(rooms)) {
      await lab.open(address);
      await run.rests("20");
      for (const theme of ["light", "dark"]) {
        await lab.page.emulateMedia({ colorScheme: theme });
        await lab.page.locator(`html[data-theme=${theme}]`).waitFor();
        for (const width of [1280, 360]) {
          await lab.page.setViewportSize({ width, height: 800 });
          await lab.page.waitForTimeout(400);
          const overflow = await lab.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          await lab.screenshot(`${name}-${theme}-${width}`);
          assert.ok(overflow <= 0, `${name} is ${overflow} px too wide at ${width} px`);
        }
      }
      await lab.page.setViewportSize({ width: 1280, height: 800 });
    }
  },
  CPU,
);

journey(
  "a race goes on where it was after another room, and begins anew for other settings",
  async (lab) => {
    const run = new Run(lab.page);
    await lab.open("fuse?with=sum&batch=64&step=5");
    await run.rests("5");
    await lab.page.getByRole("link", { name: "Contrast" }).click();
    await lab.page.getByRole("link", { name: "Fuse" }).click();
    await run.rests("5");
    const before = await run.accuracies();
    // Left in the midst of training, it stands where it was.
    await run.button("Continue").click();
    await run.reaches(8);
    await lab.page.getByRole("link", { name: "Contrast" }).click();
    await lab.heading().filter({ hasText: "Contrast" }).waitFor();
    await lab.page.getByRole("link", { name: "Fuse" }).click();
    const left = await run.rests();
    assert.ok(left >= 8 && left < 400, `it was left at ${left}`);
    // The desk takes it as it stands, and Back goes to the room, not to an earlier step.
    await run.button("Step").click();
    await run.rests(String(left + 1));
    await lab.page.getByRole("button", { name: "Corrupt these models in Sabotage" }).click();
    await lab.heading().filter({ hasText: "Sabotage" }).waitFor();
    await run.rests(String(left + 1));
    await lab.page.locator("main .bars tbody tr", { hasText: "Sum" }).first().waitFor({ timeout: 60_000 });
    await lab.page.goBack();
    await lab.heading().filter({ hasText: "Fuse" }).waitFor();
    await run.rests(String(left + 1));
    // A double click on Train starts, and pauses nothing.
    await run.button("Continue").dblclick();
    await run.reaches(left + 3);
    await run.button("Pause").waitFor();
    await lab.page.getByLabel("Seed").fill("2");
    await lab.page.getByLabel("Seed").press("Enter");
    await run.rests("0");
    await lab.page.waitForURL((url) => url.search.includes("seed=2") && !url.search.includes("step="));
    await lab.page.goBack();
    await lab.page.waitForURL((url) => !url.search.includes("seed=2"));
    await run.rests();
    assert.deepEqual(Object.keys(await run.accuracies()), Object.keys(before));
  },
  CPU,
);
