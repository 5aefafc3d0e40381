import { alwaysFires, byPromtoolAlone } from '../support/faults/by-promtool-alone.ts';
import { coreCases } from '../support/faults/cases/index.ts';
import { suitePace } from '../support/faults/shortened.ts';
import { faultSuite } from '../support/faults/suite.ts';

faultSuite({
  name: 'the alerts that every stack has',
  cases: coreCases,
  pace: suitePace,
  others: {
    [alwaysFires]:
      'it has no cause: it comes round all the time, and EndToEndReceiptStale is what is paged when it does not',
    ...Object.fromEntries(Object.entries(byPromtoolAlone).map(([alert, why]) => [alert, `by promtool alone: ${why}`])),
  },
});
