import type { Clock } from './model.ts';

/** The longest delay that a timer of Node takes; a longer one would fire at once. */
const longestMs = 2_147_483_647;

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  // Node cuts off the fraction, and would call back too soon.
  after: (ms, callback) => (ms <= longestMs ? setTimeout(callback, Math.ceil(ms)) : afterLong(ms, callback)),
};

function afterLong(ms: number, callback: () => void): Disposable {
  let restMs = ms;
  let timer = arm();
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
    },
  };

  function arm(): NodeJS.Timeout {
    if (restMs <= longestMs) return setTimeout(callback, restMs);
    return setTimeout(() => {
      restMs -= longestMs;
      timer = arm();
    }, longestMs);
  }
}
