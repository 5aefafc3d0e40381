import { isIP } from 'node:net';
import { reasons } from '../../stack/reasons.ts';
import type { Address, Clock, Memory, Outcome, PlannedProbe, Resolve } from '../model.ts';
import type { NamedResolver } from '../net/other-resolvers.ts';
import { attempt } from '../schedule/attempt.ts';

/** All of a diagnosis takes no longer: a page waits for it. Below the time for which a confirmed fail is held back. */
export const diagnosisMs = 1_500;
/** More addresses of one name are not tried. */
const mostAddresses = 8;

export interface DiagnosisContext {
  readonly clock: Clock;
  readonly resolve: Resolve;
  /** Name servers asked alone, beside our usual way to resolve. */
  readonly resolvers: readonly NamedResolver[];
  /** Aborts when the service stops. */
  readonly stop: AbortSignal;
  readonly memory: Memory;
  /** Whether a host that is always reachable answers at this moment; undefined where the user named none. */
  readonly reference?: () => Promise<boolean> | undefined;
  /** How the other probes stand, as the world is told. */
  readonly others: { readonly up: number; readonly down: number };
  readonly internal: (place: string, error: unknown) => void;
}

/**
 * What else can be learnt of a target that has just failed, in words: where it redirected, each of its addresses by itself, the same probe done
 * otherwise (its variants), what other name servers say of its name, a reference host, and how the other probes stand. Everything is tried
 * at once and within `diagnosisMs`; each try is one attempt like any other.
 */
export async function diagnose(
  probe: PlannedProbe,
  outcome: Outcome,
  context: DiagnosisContext,
): Promise<readonly string[]> {
  const findings = await Promise.all([
    addressFindings(probe, context),
    variantFindings(probe, outcome, context),
    resolverFindings(probe, context),
    referenceFinding(context),
  ]);
  return [...redirectFinding(outcome), ...findings.flat(), ...othersFinding(context.others)];
}

/** Where the run ended that the page is about, where that is not where it began. */
function redirectFinding({ traits }: Outcome): readonly string[] {
  return traits?.redirects === undefined ? [] : [`redirected: ${traits.redirects}`];
}

async function addressFindings(probe: PlannedProbe, context: DiagnosisContext): Promise<readonly string[]> {
  const host = nameOf(probe);
  if (host === undefined) return [];
  const addresses = await addressesOf(host, context.resolve, context);
  if (!addresses || addresses.length < 2) return [];
  const tried = await Promise.all(
    addresses.slice(0, mostAddresses).map(async (address) => ({
      address,
      outcome: await once(probe.run, probe, { ...context, resolve: only(host, address, context.resolve) }),
    })),
  );
  return sayAddresses(tried);
}

interface Tried {
  readonly address: Address;
  readonly outcome: Outcome;
}

/** `2 of 3 addresses pass; 10.0.0.7: the connection was refused`. */
function sayAddresses(tried: readonly Tried[]): readonly string[] {
  const bad = tried.filter(({ outcome }) => outcome.verdict !== 'pass');
  if (bad.length === 0) return [`each of its ${tried.length} addresses passes now`];
  const [first] = bad;
  const alike = bad.every(({ outcome }) => outcome.reason === first?.outcome.reason);
  if (bad.length === tried.length)
    return [`all ${tried.length} addresses fail${alike ? ' alike' : ', in different ways'}`];
  const families = new Set(bad.map(({ address }) => address.family));
  const good = tried.filter((one) => !bad.includes(one));
  const [family] = families;
  const byFamily = families.size === 1 && good.every(({ address }) => address.family !== family);
  const which = bad.map(({ address, outcome }) => `${address.address}: ${reasons[outcome.reason].words}`);
  return [
    `${good.length} of ${tried.length} addresses pass; ${which.slice(0, 3).join(', ')}`,
    ...(byFamily ? [`IPv${family === 4 ? 6 : 4} passes, IPv${family} does not`] : []),
  ];
}

async function variantFindings(
  probe: PlannedProbe,
  outcome: Outcome,
  context: DiagnosisContext,
): Promise<readonly string[]> {
  const found = await Promise.all(
    probe.variants.map(async ({ name, run }) => {
      const varied = await once(run, probe, context);
      if (varied.verdict === 'pass') return [`passes ${name}`];
      return varied.reason === outcome.reason ? [] : [`${name}: ${reasons[varied.reason].words}`];
    }),
  );
  return found.flat();
}

async function resolverFindings(probe: PlannedProbe, context: DiagnosisContext): Promise<readonly string[]> {
  const host = nameOf(probe);
  if (host === undefined || context.resolvers.length === 0) return [];
  const ours = await addressesOf(host, context.resolve, context);
  const found = await Promise.all(
    context.resolvers.map(async ({ name, resolve }) => {
      const theirs = await addressesOf(host, resolve, context);
      if (theirs && ours && sameAddresses(theirs, ours)) return [];
      if (theirs) return [`${name} says ${theirs.map(({ address }) => address).join(', ')}`];
      return ours ? [`${name} does not resolve ${host}`] : [];
    }),
  );
  return found.flat();
}

async function referenceFinding({ reference }: DiagnosisContext): Promise<readonly string[]> {
  const answers = await reference?.();
  if (answers === undefined) return [];
  return [answers ? 'a reference host answers' : 'no reference host answers'];
}

/** `9 of 12 other probes are down too`. */
function othersFinding({ up, down }: DiagnosisContext['others']): readonly string[] {
  const all = up + down;
  if (all === 0) return [];
  if (down === 0) return [all === 1 ? 'the other probe is up' : `all ${all} other probes are up`];
  return [`${down} of ${all} other probe${all === 1 ? '' : 's'} ${down === 1 ? 'is' : 'are'} down too`];
}

/** The name that the probe dials first; undefined where it dials an address, or nobody. */
function nameOf(probe: PlannedProbe): string | undefined {
  const host = probe.endpoints[0]?.host;
  return host === undefined || isIP(host) ? undefined : host;
}

/** Undefined where the name does not resolve in time. */
async function addressesOf(
  host: string,
  resolve: Resolve,
  { clock, stop }: DiagnosisContext,
): Promise<readonly Address[] | undefined> {
  const controller = new AbortController();
  using _deadline = clock.after(diagnosisMs / 2, () => controller.abort(new Error('the diagnosis takes too long')));
  try {
    return await resolve(host, 'any', AbortSignal.any([controller.signal, stop]));
  } catch {
    // That it does not resolve is the finding.
    return undefined;
  }
}

function only(host: string, address: Address, resolve: Resolve): Resolve {
  return (name, family, signal) => (name === host ? Promise.resolve([address]) : resolve(name, family, signal));
}

function sameAddresses(a: readonly Address[], b: readonly Address[]): boolean {
  const texts = (addresses: readonly Address[]) => JSON.stringify(addresses.map(({ address }) => address).sort());
  return texts(a) === texts(b);
}

/** One attempt, in half the time: the addresses must be resolved before, too. What it remembers is forgotten. */
function once(run: PlannedProbe['run'], probe: PlannedProbe, context: DiagnosisContext): Promise<Outcome> {
  const { recall, beats } = context.memory;
  const memory: Memory = { recall, beats, remember: () => {} };
  return attempt({ timeoutMs: Math.min(probe.timeoutMs, diagnosisMs / 2), run }, { ...context, memory });
}
