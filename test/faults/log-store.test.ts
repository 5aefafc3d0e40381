import { logCases } from '../support/faults/cases/index.ts';
import { suitePace } from '../support/faults/shortened.ts';
import { faultSuite } from '../support/faults/suite.ts';

faultSuite({ name: 'the alerts about the log store', cases: logCases, pace: suitePace, parts: ['loki'] });
