import { describe, expect, test } from 'vitest';
import { Failure } from '../net/failure.ts';
import { openMasks } from './mask.ts';
import { Recorder } from './recorder.ts';

function recorded() {
  const recorder = new Recorder({ ...openMasks, found: (text) => text.replaceAll('hunter2', '[redacted]') });
  let made = 0;
  recorder.step('connected');
  recorder.lazySteps(() => {
    made++;
    return ['> GET /?key=hunter2', '< HTTP/1.1 200'];
  });
  recorder.trait('server', 'nginx');
  return { recorder, made: () => made };
}

describe('the outcome of an attempt', () => {
  test('has steps that are made when somebody reads them, once', () => {
    const { recorder, made } = recorded();
    const outcome = recorder.pass();
    expect(made()).toBe(0);
    const texts = ['connected', '> GET /?key=[redacted]', '< HTTP/1.1 200'];
    expect(outcome.steps.map(({ text }) => text)).toEqual(texts);
    expect(outcome.steps).toBe(outcome.steps);
    expect(made()).toBe(1);
  });

  test('keeps its steps in a copy, and as JSON', () => {
    const { recorder } = recorded();
    const outcome = recorder.failed(new Failure('status', 'status 503', 'status 200'));
    const names = 'verdict reason found expected durationMs samples steps traits'.split(' ');
    expect(Object.keys(outcome)).toEqual(names);
    const copy = { ...outcome, span: { traceId: 'a', spanId: 'b' } };
    expect(copy.steps.map(({ text }) => text)).toContain('found status 503');
    expect(Object.keys(JSON.parse(JSON.stringify(outcome)))).toEqual(names);
  });

  test.each([
    { name: 'passes', make: () => recorded().recorder.pass() },
    { name: 'fails', make: () => recorded().recorder.failed(new Failure('status', 'status 503', 'status 200')) },
  ])('shares its getter with all others, where it $name: one of its own would outlive the run', ({ make }) => {
    const getters = [make(), make()].map((outcome) => Object.getOwnPropertyDescriptor(outcome, 'steps')?.get);
    expect(getters[0]).toBeTypeOf('function');
    expect(getters[1]).toBe(getters[0]);
  });
});
