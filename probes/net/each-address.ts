import { isIP } from 'node:net';
import type { Address, Outcome, Run, Sample } from '../model.ts';
import type { Recorder } from '../probers/recorder.ts';
import { addressesOf } from './dial.ts';
import { oneLine } from './failure.ts';

/** All of them at once, so that a silent one does not use up the time of the others. More are left out, and said to be. */
const most = 32;

/**
 * The attempt for each address of a host, all within the deadline, and one outcome for all: it passes when each one does, and
 * else says which one is bad. Any prober can be wrapped with it: the run that `attempt` is given resolves the host to that
 * one address. Samples and traits are those of the first bad address, else of the slowest one; a certificate's expiry is
 * the earliest of all. Throws what `addressesOf` throws.
 * @param recorder of the whole, in which nothing has been recorded yet
 */
export async function eachAddress(
  host: string,
  family: 4 | 6 | 'any',
  run: Run,
  recorder: Recorder,
  attempt: (run: Run) => Promise<Outcome>,
): Promise<Outcome> {
  if (isIP(host)) return await attempt(run);
  const addresses = await addressesOf(host, family, `addresses of ${host}`, run, recorder);
  const tried = addresses.slice(0, most);
  if (tried.length < addresses.length) recorder.step(`only the first ${most} of ${addresses.length} addresses`);
  const attempts = await Promise.all(
    tried.map(async (address) => ({ address, outcome: await attempt(runFor(host, address, run)) })),
  );
  for (const { address, outcome } of attempts) {
    for (const { text } of outcome.steps) recorder.step(`${address.address}: ${text}`);
  }
  return merged(attempts, recorder);
}

interface Attempt {
  readonly address: Address;
  readonly outcome: Outcome;
}

/** Another host, to which a redirect leads, is resolved as ever. */
function runFor(host: string, address: Address, run: Run): Run {
  const resolve: Run['resolve'] = async (asked, family, signal) =>
    asked === host ? [address] : await run.resolve(asked, family, signal);
  const { forget } = run.resolve;
  return { ...run, resolve: Object.assign(resolve, forget && { forget }) };
}

function merged(attempts: readonly Attempt[], recorder: Recorder): Outcome {
  const bad = attempts.filter(({ outcome }) => outcome.verdict !== 'pass');
  const slowest = attempts.toSorted((a, b) => b.outcome.durationMs - a.outcome.durationMs)[0];
  const judged = bad.find(({ outcome }) => outcome.verdict === 'fail') ?? bad[0] ?? slowest;
  if (!judged) throw new Error('no address was tried');
  const { steps, durationMs, traits, dialled } = recorder.pass();
  const failed = bad.filter(({ outcome }) => outcome.verdict === 'fail').map(({ address: { address } }) => address);
  const words = [
    `${attempts.length - bad.length} of ${attempts.length} addresses passed`,
    ...bad.map(({ address: { address }, outcome: { found } }) =>
      found.includes(address) ? found : `${address}: ${found}`,
    ),
  ];
  const whole = {
    ...judged.outcome,
    steps,
    durationMs,
    samples: judged.outcome.samples.map((sample) => ofAll(sample, attempts, recorder.phases.get('resolve'))),
    traits: { ...judged.outcome.traits, ...traits },
    // The attempt at one address knows that one alone.
    ...(dialled && { dialled: failed.length > 0 ? { ...dialled, addresses: failed } : dialled }),
  };
  return bad.length === 0 ? whole : { ...whole, found: oneLine(words.join('; ')) };
}

/** What is true of the whole rather than of one address. */
function ofAll(sample: Sample, attempts: readonly Attempt[], resolveMs: number | undefined): Sample {
  const { metric, labels, value } = sample;
  if (earliest.has(metric)) {
    const values = attempts.flatMap(({ outcome }) => outcome.samples.filter((other) => other.metric === metric));
    return { ...sample, value: Math.min(...values.map((other) => other.value)) };
  }
  // The run of an address is given it, and so takes no time for it.
  const isResolve = metric === 'probe_dns_lookup_time_seconds' || labels?.phase === 'resolve';
  return { ...sample, value: isResolve && resolveMs !== undefined ? resolveMs / 1_000 : value };
}

const earliest: ReadonlySet<string> = new Set<Sample['metric']>([
  'probe_ssl_earliest_cert_expiry',
  'probe_ssl_last_chain_expiry_timestamp_seconds',
]);
