/**
 * The most processor time that this thread used in one turn of the event loop while the work was under way, in milliseconds. Not
 * how long a turn was: neighbours on a busy machine make every turn longer, and none of them more work.
 */
export async function largestTurn(work: () => PromiseLike<unknown>): Promise<number> {
  let mostMs = 0;
  let from = process.threadCpuUsage();
  // Timers come in every turn in which they are due: what lies between two of them is a turn, and others of less than the tick.
  const tick = () => {
    const { user, system } = process.threadCpuUsage(from);
    from = process.threadCpuUsage();
    mostMs = Math.max(mostMs, (user + system) / 1_000);
  };
  const timer = setInterval(tick, tickMs);
  try {
    await work();
    tick();
    return mostMs;
  } finally {
    clearInterval(timer);
  }
}

const tickMs = 2;
