// What the page's own thread is kept busy with. By CPU time, not by the clock: where other programs hold the processors, a
// task lasts long by the clock through no fault of the page.

/** CPU times in milliseconds of the tasks of the page's main thread while `walk` goes on, longest first. */
export async function taskTimes(page, walk) {
  const browser = page.context().browser();
  await browser.startTracing(page, { categories: ["disabled-by-default-devtools.timeline"] });
  let trace;
  try {
    await walk();
  } finally {
    trace = JSON.parse(await browser.stopTracing());
  }
  const events = trace.traceEvents;
  const mains = events.filter(({ ph, name, args }) => ph === "M" && name === "thread_name" && args.name === "CrRendererMain");
  const isMain = ({ pid, tid }) => mains.some((main) => main.pid === pid && main.tid === tid);
  const times = events.filter((event) => event.name === "RunTask" && isMain(event)).map(({ tdur }) => tdur / 1000);
  if (times.length === 0) throw new Error("the trace holds no task of the page");
  return times.sort((a, b) => b - a);
}

/** The longest task that a page may have without losing more than a few frames, in milliseconds. */
const LONGEST = 100;
/** From here on a task is noticed: https://w3c.github.io/longtasks, in milliseconds. */
const LONG = 50;

/** Why a page with these task times did not stay free, or null: no task over 100 ms, and one over 50 ms in 5 s. */
export function whatBlocks(times, seconds) {
  const long = times.filter((time) => time > LONG);
  const told = long.map(Math.round).join(", ");
  if (long[0] > LONGEST) return `a task took more than ${LONGEST} ms of the page: ${told}`;
  if (long.length > seconds / 5) return `${long.length} tasks took more than ${LONG} ms in ${seconds.toFixed(1)} s: ${told}`;
  return null;
}
