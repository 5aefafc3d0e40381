/**
 * Queries that answer nothing where all is well, or where something is not there that only some have, and why. By
 * `uid/panel/letter`. Every other query must answer.
 */
export const emptyWhenWell: Readonly<Record<string, string>> = {};
