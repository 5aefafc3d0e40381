/**
 * How long the work took, without the time for which this thread stood still because the machine gave the processor to
 * others: a test that looks at milliseconds must not fail because of its neighbours. What the thread itself computed counts.
 * @returns milliseconds
 */
export async function ownTime(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  let longestGap = 0;
  let last = began;
  let computed = process.threadCpuUsage();
  // Between two ticks there is a gap of 5 ms, longer where the thread computed, or was not let.
  const timer = setInterval(() => {
    const now = performance.now();
    const used = process.threadCpuUsage(computed);
    longestGap = Math.max(longestGap, now - last - tickMs - (used.user + used.system) / 1_000);
    computed = process.threadCpuUsage();
    last = now;
  }, tickMs);
  try {
    await work();
    return performance.now() - began - longestGap;
  } finally {
    clearInterval(timer);
  }
}

const tickMs = 5;
