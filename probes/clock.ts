import type { Clock } from './model.ts';

/** The longest delay that a timer of Node takes; a longer one would fire at once. */
const longestMs = 2_147_483_647;

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    let timer = arm(ms);
    return {
      [Symbol.dispose]() {
        clearTimeout(timer);
      },
    };

    function arm(restMs: number): NodeJS.Timeout {
      if (restMs <= longestMs) return setTimeout(callback, restMs);
      return setTimeout(() => {
        timer = arm(restMs - longestMs);
      }, longestMs);
    }
  },
};
