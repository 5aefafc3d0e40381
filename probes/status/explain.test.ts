import { expect, test } from 'vitest';
import { failed, sampleProbe } from '../state/sample-probe.ts';
import { explain } from './explain.ts';

test('an attempt is explained from its steps to where the time went', () => {
  const outcome = failed('status', {
    durationMs: 40,
    steps: [
      { atMs: 0.2, text: 'panel resolved to 10.0.0.7' },
      { atMs: 39.8, text: 'status 503; expected 200' },
    ],
    samples: [
      { metric: 'probe_http_duration_seconds', value: 0.01, labels: { phase: 'connect' } },
      { metric: 'probe_http_duration_seconds', value: 0.03, labels: { phase: 'processing' } },
      { metric: 'probe_http_status_code', value: 503 },
    ],
  });
  expect(explain(sampleProbe({ timeoutMs: 2_000 }), outcome)).toBe(
    `panel/ready   http http://panel/ready
verdict   fail
reason    status: the status is wrong
found     status 503
expected  status 200
took      40 ms of at most 2 s

steps
       0.2 ms  panel resolved to 10.0.0.7
      39.8 ms  status 503; expected 200

phases
  connect        10.0 ms  ██████████
  processing     30.0 ms            ██████████████████████████████

reported
  probe_http_duration_seconds{phase="connect"} 0.01
  probe_http_duration_seconds{phase="processing"} 0.03
  probe_http_status_code 503

One attempt, without re-checks. It was not counted and changed no state.`,
  );
});
