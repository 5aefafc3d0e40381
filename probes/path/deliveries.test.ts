import { describe, expect, test } from 'vitest';
import { Deliveries } from './deliveries.ts';

function metrics(...counts: readonly (readonly [integration: string, total: number, failed: number])[]): string {
  return counts
    .flatMap(([name, total, failed]) => [
      `alertmanager_notification_requests_total{integration="${name}"} ${total}`,
      `alertmanager_notification_requests_failed_total{integration="${name}"} ${failed}`,
    ])
    .join('\n');
}

describe("Alertmanager's deliveries", () => {
  test.each([
    {
      name: 'a channel that has failed for half a minute and never arrived',
      looks: [
        [0, 0],
        [3, 3],
        [5, 5],
        [7, 7],
        [9, 9],
      ],
      fails: true,
    },
    { name: 'a first look alone, whatever it counts', looks: [[9, 9]], fails: false },
    {
      name: 'a channel that failed and arrives again',
      looks: [
        [0, 0],
        [3, 3],
        [5, 5],
        [7, 7],
        [8, 7],
      ],
      fails: false,
    },
    {
      name: 'some that arrive among those that fail',
      looks: [
        [0, 0],
        [3, 3],
        [5, 5],
        [9, 8],
        [10, 9],
      ],
      fails: false,
    },
    {
      name: 'a channel that failed just now',
      looks: [
        [0, 0],
        [0, 0],
        [0, 0],
        [0, 0],
        [1, 1],
      ],
      fails: false,
    },
    {
      name: 'a restart of Alertmanager, which counts from 0 again',
      looks: [
        [9, 0],
        [2, 2],
        [3, 3],
        [4, 4],
        [5, 5],
      ],
      fails: true,
    },
  ])('$name', ({ looks, fails }) => {
    const deliveries = new Deliveries();
    for (const [i, [total = 0, failed = 0]] of looks.entries())
      deliveries.read(metrics(['slack', total, failed]), i * 10_000);
    expect(deliveries.fails('slack', (looks.length - 1) * 10_000)).toBe(fails);
  });

  test('what failed ten minutes ago says nothing of now', () => {
    const deliveries = new Deliveries();
    for (const [i, count] of [0, 1, 2, 3, 4].entries()) deliveries.read(metrics(['slack', count, count]), i * 10_000);
    expect(deliveries.fails('slack', 600_000)).toBe(true);
    expect(deliveries.fails('slack', 640_000)).toBe(false);
  });

  test('the integrations are told apart, and a label more changes nothing', () => {
    const deliveries = new Deliveries();
    const more = 'alertmanager_notification_requests_total{integration="webhook",receiver_name="watchdog"} ';
    deliveries.read(`${metrics(['slack', 0, 0], ['email', 0, 0])}\n${more}1`, 0);
    deliveries.read(`${metrics(['slack', 4, 4], ['email', 1, 0])}\n${more}2`, 10_000);
    expect(['slack', 'email', 'pager'].map((name) => deliveries.fails(name, 40_000))).toEqual([true, false, false]);
    expect(['slack', 'webhook', 'pager'].map((name) => deliveries.triedMs(name))).toEqual([
      10_000,
      10_000,
      Number.NEGATIVE_INFINITY,
    ]);
  });
});
