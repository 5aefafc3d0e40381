/** Times of the probe service that are part of the time from a fault to its page: `watchpost plan` adds them up. */

/** Between the end of a failing attempt and its re-check. */
export const recheckAfterMs = 1_000;

/** How long a prober may take to return after it was told to: closing sockets, no more. */
export const graceMs = 50;

/** How long a confirmed fail waits for its diagnosis, and for the probes of the services that its own depends on. */
export const holdBackMs = 2_000;

/** How long the end of a failure waits for those behind it: told first, it would let each of them page for a moment. */
export const followMs = 30_000;
