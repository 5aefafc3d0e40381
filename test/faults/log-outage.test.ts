import { describe, expect, test } from 'vitest';
import { missing } from '../support/found.ts';
import { outage } from '../support/log-outage.ts';
import { logStackNeeds, startLogStack } from '../support/log-stack.ts';

const lacking = missing(logStackNeeds);

describe.skipIf(lacking)(`Loki is away for ten minutes${lacking ? ` (${lacking})` : ''}`, () => {
  test('of 10,000 lines of each source none is missing and none is double', async ({ annotate }) => {
    await using logs = await startLogStack();
    const said = await outage(logs, { forMs: 600_000, lines: 10_000 });
    await annotate(said);
    expect(said).toContain('all there');
  }, 1_200_000);
});
