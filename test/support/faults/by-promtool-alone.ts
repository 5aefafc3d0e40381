/** What never ends has no cause to make: the suite looks that it comes round. */
export const alwaysFires = 'Watchdog';

/** Alerts whose cause is not made by the suite, and why. Their tests by promtool are all the proof there is. */
export const byPromtoolAlone: Readonly<Record<string, string>> = {
  HostMemoryPressure: 'it would take the memory of the machine that runs the suite',
  HostClockSkew: 'containers have the clock of the machine, and setting that one breaks whatever else runs there',
  HostUnitFailed: 'a container has no systemd, and what runs the suite may have none',
};
