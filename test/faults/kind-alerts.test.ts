import { kindCases } from '../support/faults/cases/index.ts';
import { suitePace } from '../support/faults/shortened.ts';
import { faultSuite } from '../support/faults/suite.ts';

faultSuite({ name: 'the alerts that come with the kind of a service', cases: kindCases, pace: suitePace });
