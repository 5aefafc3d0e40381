import { coreCases } from '../support/faults/cases/index.ts';
import { briskPace } from '../support/faults/shortened.ts';
import { faultSuite } from '../support/faults/suite.ts';

/** A few of `npm run test:faults`, of those that may happen at once: while mail does not arrive, only who is told by Slack is waited for. */
const few = [
  'TargetDown: an exporter is stopped',
  'CertificateExpiringSoon: the certificate has ten days left',
  'AlertmanagerDeliveryFailing: the SMTP password is changed, and something breaks',
];

faultSuite({
  name: 'some alerts, by their causes',
  cases: coreCases
    .filter(({ alert, cause }) => few.includes(`${alert}: ${cause}`))
    .map(({ isAlone: _, ...own }) => own),
  pace: briskPace,
  allowanceMs: 60_000,
});
