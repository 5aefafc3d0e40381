/** Queries that have no answer where all is well, `uid/panel id/refId`, and why. All others must have data in a stack that runs. */
export const emptyWhenWell: Readonly<Record<string, string>> = Object.fromEntries(
  ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I'].map((refId) => [
    `watchpost-overview/103/${refId}`,
    'counts what went wrong, and leaves out what is 0',
  ]),
);
