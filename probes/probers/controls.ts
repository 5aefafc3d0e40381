import type { MakeControls } from '../health/controls.ts';
import type { PlannedProbe } from '../model.ts';
import { http } from './http/http.ts';

/** The prober's own controls: a target that is always well and one that never is, probed by `http` as any other. */
export const makeControls: MakeControls = (urls) => ({
  must_pass: control('must_pass', urls.must_pass),
  must_fail: control('must_fail', urls.must_fail),
});

function control(name: string, url: string): PlannedProbe {
  const value = http.value.parse(url);
  const options = http.options.parse({});
  return {
    service: 'watchpost',
    probe: name,
    kind: http.kind,
    target: http.target(value),
    endpoints: http.endpoints(value),
    everyMs: 10_000,
    timeoutMs: 5_000,
    confirm: 0,
    recover: 1,
    severity: 'critical',
    team: '',
    labels: {},
    fingerprint: name,
    run: (run) => http.probe(value, options, run),
    variants: [],
    byQuorum: false,
    awaitsBeats: false,
  };
}
