import { join } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Test files that take longer than half a minute, most of it waiting for alerts to end, longest first. */
export const longest: readonly string[] = [
  'test/stack/behind-one-database.test.ts',
  'test/stack/dashboards.test.ts',
  'test/stack/without-prometheus.test.ts',
  'test/stack/probe-service-killed.test.ts',
  'test/stack/paging.test.ts',
  'test/stack/killed-50-times.test.ts',
  'test/stack/alertmanager-killed.test.ts',
  'test/stack/log-rules.test.ts',
  'test/stack/pages-kept.test.ts',
  'test/stack/locations.test.ts',
  'test/stack/many-services.test.ts',
  'test/stack/alerts-by-cause.test.ts',
  'test/stack/otlp-outage.test.ts',
  'test/stack/log-sources.test.ts',
  'test/stack/validators.test.ts',
  'test/stack/adding-a-protocol.test.ts',
  'test/stack/own-trouble.test.ts',
  'test/stack/native-up.test.ts',
];

const places = new Map(longest.map((path, place) => [join(import.meta.dirname, '../..', path), place]));

/** Starts the longest files first, so that none of them begins when all others have ended. A new checkout has no times of an earlier run to sort by. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const placeOf = ({ moduleId }: TestSpecification) => places.get(moduleId) ?? places.size;
    return sorted.toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}
