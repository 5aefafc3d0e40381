/** Queries that have no answer where all is well, `uid/panel id/refId`, and why. All others must have data in a stack that runs. */
export const emptyWhenWell: Readonly<Record<string, string>> = {
  ...each('watchpost-monitoring/103', 'A', 'counts what went wrong, and leaves out what is 0'),
  ...each('watchpost-monitoring/23', 'B', 'no message was given up: channels that nobody uses would be lines at 0'),
  ...each('watchpost-monitoring/25', 'A', 'a row for each reason for which messages were given up'),
  ...each('watchpost-monitoring/42', 'A', 'a bar for each probe of which runs were left out'),
  ...each('watchpost-monitoring/61', 'A', 'Loki has no series of a reason before it has refused a line for it'),
  ...each('watchpost-monitoring/80', 'C', 'there is one where some service logs to a file'),
  ...each('watchpost-monitoring/81', 'B', 'Alloy has no series of a reason before it has lost a line for it'),
  ...each('watchpost-monitoring/83', 'A', 'there is one once Alloy has sent a line'),
  ...each('watchpost-host/54', 'A', 'only a container with a limit of cores is held back by it'),
  ...each('watchpost-host/56', 'A', 'a bar for each container that was started again, or in which the kernel killed'),
  ...each('watchpost-postgres/33', 'C', 'no table has been vacuumed before there was enough to clean up'),
  ...each('watchpost-postgres/41', 'A', 'a row for each replica of this server'),
  ...each('watchpost-postgres/42', 'A', 'a row for each replication slot'),
  ...each('watchpost-redis/4', 'A', 'of no look-ups there is no share'),
  ...each('watchpost-redis/24', 'B', 'a bar for each kind of error that Redis has answered with'),
  ...each('watchpost-redis/32', 'A', 'of a server that has a replica, or is one'),
  ...each('watchpost-redis/33', 'A', 'a row for each replica of this server'),
  ...each('watchpost-nginx/20', 'A', 'of an nginx whose access log is read'),
  ...each('watchpost-nginx/21', 'A', 'of an nginx whose access log is read, and that has answered with 5xx'),
  ...each('watchpost-backups/10', 'E', 'of a job that says when it begins'),
  ...each('watchpost-backups/10', 'F', 'of a probe that looks at a file'),
  ...each('watchpost-backups/21', 'A', 'of a job that says when it begins'),
  ...each('watchpost-backups/22', 'A', 'of a probe that looks at a file'),
  ...each('watchpost-service/8', 'FGHIJKLM', 'of a service with a probe of the protocol'),
  ...each('watchpost-slo/1', 'D', 'of an objective whose budget is being spent, and is not spent yet'),
  ...each('watchpost-slo/2', 'C', 'of an objective whose budget is being spent, and is not spent yet'),
};

/** Several queries of one panel. */
function each(panel: string, refIds: string, reason: string): Record<string, string> {
  return Object.fromEntries([...refIds].map((refId) => [`${panel}/${refId}`, reason]));
}
