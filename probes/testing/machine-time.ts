/**
 * The time of the machine, which the unit tests do not move as they move `Date` (`test/support/moved-date.ts`): for what is held against a program
 * that is no Node, as Alertmanager and amtool.
 * @returns Unix milliseconds
 */
export function machineTime(): number {
  return Math.floor(performance.timeOrigin + performance.now());
}
