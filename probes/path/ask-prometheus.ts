import { z } from 'zod';
import { watchdog } from '../../stack/alert-path.ts';
import type { Asker } from './ask.ts';
import type { Break } from './stages.ts';

/** A scrape and an evaluation come every 5 s; what is older than this has stopped. */
const oldSeconds = 60;

const instant = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});
const rules = z.object({
  data: z.object({ groups: z.array(z.object({ lastEvaluation: z.string(), rules: z.array(z.looseObject({})) })) }),
});

/**
 * Why Prometheus's Watchdog alert does not arrive, where Alertmanager itself delivers: the first stage, in the order of the
 * way, that does not do its part.
 * @param now Unix milliseconds
 */
export async function askPrometheus(asker: Asker, url: string, now: number): Promise<Break> {
  const ready = await asker.ask(url, '/-/ready');
  if (!ready.ok) return { stage: 'prometheus_unreachable', detail: ready.detail };

  const age = 'min(time() - timestamp(watchpost_alert_path_nonce))';
  const scraped = await asker.ask(url, `/api/v1/query?query=${encodeURIComponent(age)}`);
  if (!scraped.ok) return { stage: 'prometheus_unreachable', detail: `its query API: ${scraped.detail}` };
  const seconds = parse(instant, scraped.text)?.data.result[0]?.value[1];
  if (seconds === undefined) return { stage: 'prometheus_not_scraping', detail: 'it has no series of it' };
  if (Number(seconds) > oldSeconds)
    return { stage: 'prometheus_not_scraping', detail: `its last sample is ${Math.round(Number(seconds))} s old` };

  const known = await asker.ask(url, `/api/v1/rules?type=alert&rule_name[]=${watchdog}`);
  if (!known.ok) return { stage: 'prometheus_rules', detail: `its rules API: ${known.detail}` };
  const group = parse(rules, known.text)?.data.groups.find((one) => one.rules.length > 0);
  if (!group) return { stage: 'prometheus_rules', detail: `it has no rule ${watchdog}` };
  const evaluated = (now - Date.parse(group.lastEvaluation)) / 1_000;
  if (!(evaluated <= oldSeconds))
    return { stage: 'prometheus_rules', detail: `the last evaluation was at ${group.lastEvaluation}` };
  return { stage: 'prometheus_alerts', detail: `${watchdog} fires there` };
}

function parse<T extends z.ZodType>(schema: T, text: string): z.output<T> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    // What is no JSON says nothing, like an answer without a result.
    return undefined;
  }
}
