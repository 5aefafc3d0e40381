/**
 * How long the work took, without the times for which this thread stood still because the machine gave the processor to
 * others: a test that looks at milliseconds must not fail because of its neighbours. What the thread computed counts, and so
 * does what it waited for while its timers went on.
 * @returns milliseconds
 */
export async function ownTime(work: () => PromiseLike<unknown>): Promise<number> {
  const began = performance.now();
  let stoodStillMs = 0;
  let last = began;
  let computed = process.threadCpuUsage();
  // From one tick to the next pass 5 ms; more where the thread computed, or was not let.
  const tick = () => {
    const now = performance.now();
    const used = process.threadCpuUsage(computed);
    const gapMs = now - last - tickMs - (used.user + used.system) / 1_000;
    // A timer that is a little late is how timers are.
    if (gapMs > tickMs) stoodStillMs += gapMs;
    computed = process.threadCpuUsage();
    last = now;
  };
  const timer = setInterval(tick, tickMs);
  try {
    await work();
    tick();
    return performance.now() - began - stoodStillMs;
  } finally {
    clearInterval(timer);
  }
}

const tickMs = 5;
