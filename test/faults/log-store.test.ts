import { logCases } from '../support/faults/cases/index.ts';
import { suitePace } from '../support/faults/shortened.ts';
import { faultSuite } from '../support/faults/suite.ts';
import { missing } from '../support/found.ts';

faultSuite({
  name: 'the alerts about the log store and the log collector',
  cases: logCases,
  pace: suitePace,
  // Cases of the log collector are skipped, by name, where it or its proxy is not here.
  parts: missing(['alloy', 'nginx']) ? ['loki'] : ['loki', 'alloy'],
  // The six hours of a rule are six minutes here, and Loki looks for what is to be deleted every ten.
  arguments: { loki: ['-compactor.compaction-interval=10s'] },
});
