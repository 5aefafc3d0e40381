/** What never ends has no cause to make: the suite looks that it comes round. */
export const alwaysFires = 'Watchdog';

const alloy = 'nobody publishes Alloy for Debian, and it reads the containers of the whole machine that runs the suite';

/** Alerts whose cause is not made by the suite, and why. Their tests by promtool are all the proof there is. */
export const byPromtoolAlone: Readonly<Record<string, string>> = {
  HostMemoryPressure: 'it would take the memory of the machine that runs the suite',
  HostClockSkew: 'containers have the clock of the machine, and setting that one breaks whatever else runs there',
  HostUnitFailed: 'a container has no systemd, and what runs the suite may have none',
  LokiRetentionStalled:
    'Loki deletes every ten minutes, and the six hours of its rule cannot be made shorter than that',
  AlloyDroppingLogs: alloy,
  AlloyUnhealthy: alloy,
};
