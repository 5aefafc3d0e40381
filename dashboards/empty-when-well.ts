/** Queries that have no answer where all is well, `uid/panel id/refId`, and why. All others must have data in a stack that runs. */
export const emptyWhenWell: Readonly<Record<string, string>> = {
  ...each('watchpost-monitoring/103', 'ABCDEFGHI', 'counts what went wrong, and leaves out what is 0'),
};

/** Several queries of one panel. */
function each(panel: string, refIds: string, reason: string): Record<string, string> {
  return Object.fromEntries([...refIds].map((refId) => [`${panel}/${refId}`, reason]));
}
