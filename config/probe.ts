import { z } from 'zod';
import { probers } from '../probes/probers/index.ts';
import type { Prober } from '../probes/probers/prober.ts';
import { nearest } from '../stack/nearest.ts';
import { isExpectation, Secret, type Variables } from '../stack/secret.ts';
import type { Fault, Path } from './fault.ts';
import { check, issueFaults, type Written } from './issues.ts';
import { keyFaults } from './keys.ts';
import { suggest } from './nearest.ts';
import { commonOptions } from './schema.ts';
import { type Lookup, mapTexts, variablesIn } from './variables.ts';

/** A probe as its two schemas and the common one read it. */
export interface ReadProbe {
  readonly kind: string;
  /** What the prober is given: `{ value, options }`. */
  readonly options: { readonly value: unknown; readonly options: Record<string, unknown> };
  readonly common: z.output<typeof commonOptions>;
  readonly atOnePlace: boolean;
  readonly awaitsMs: number;
  /** Left out where no variable stands in the probe, or none is looked up. */
  readonly variables?: Variables;
}

export const knownProbers: readonly Prober[] = probers;
const kinds = knownProbers.map(({ kind }) => kind);
const commonKeys = Object.keys(commonOptions.shape);

/** All keys of a probe of this protocol, as the JSON Schema and the reference show them. */
export function probeSchema(prober: Prober): z.ZodObject {
  return z.strictObject({ [prober.kind]: prober.value, ...prober.options.shape, ...commonOptions.shape });
}

/** Which protocol the probe names, or the fault that it names none or two. `label` is `panel/ready`. */
export function proberOf(
  raw: Readonly<Record<string, unknown>>,
  path: Path,
  label: string,
  { tree }: Written,
): { readonly prober: Prober } | { readonly faults: readonly Fault[] } {
  const written = Object.keys(raw).filter((key) => kinds.includes(key));
  // `tls: true` beside `postgres` is an option of it, although there is a protocol of that name too.
  const owner = knownProbers.find(
    ({ kind, options }) => written.includes(kind) && written.every((key) => key === kind || key in options.shape),
  );
  const [first, second] = owner ? [owner.kind] : written;
  const prober = knownProbers.find(({ kind }) => kind === first);
  if (prober && second === undefined) return { prober };
  if (prober) {
    const message = `probe "${label}" names two protocols: ${first} and ${second}`;
    const own = [...path, second ?? ''];
    return { faults: [{ span: tree.keySpan(own), path: own, message, hint: 'make it two probes' }] };
  }
  const optionKeys = new Set([...commonKeys, ...knownProbers.flatMap(({ options }) => Object.keys(options.shape))]);
  const strange = Object.keys(raw).filter((key) => !optionKeys.has(key));
  if (strange.length === 0) {
    const message = `probe "${label}" names no protocol`;
    return { faults: [{ span: tree.keySpan(path), path, message, hint: `known protocols: ${kinds.join(', ')}` }] };
  }
  const protocol = strange.find((key) => nearest(key, kinds) !== undefined) ?? strange[0];
  return {
    faults: strange.map((key) => {
      const own = [...path, key];
      const at = { span: tree.keySpan(own), path: own };
      if (key !== protocol) return { ...at, message: `unknown key ${JSON.stringify(key)}` };
      const message = `unknown protocol ${JSON.stringify(key)} in probe "${label}"`;
      return { ...at, message, hint: suggest(key, kinds, 'protocols') };
    }),
  };
}

/** Parses a probe; `raw` has its variables substituted. Unknown keys count as faults too. */
export function readProbe(
  prober: Prober,
  raw: Readonly<Record<string, unknown>>,
  path: Path,
  written: Written,
): { readonly probe: ReadProbe } | { readonly faults: readonly Fault[] } {
  const isCommon = ([key]: readonly [string, unknown]) => commonKeys.includes(key);
  const isOption = ([key]: readonly [string, unknown]) => Object.hasOwn(prober.options.shape, key);
  const value = check(prober.value, raw[prober.kind]);
  const options = check(prober.options, Object.fromEntries(Object.entries(raw).filter(isOption)));
  const common = check(commonOptions, Object.fromEntries(Object.entries(raw).filter(isCommon)));
  const keys = keyFaults(probeSchema(prober), raw, path, written);
  if ('data' in value && 'data' in options && 'data' in common && keys.length === 0) {
    return {
      probe: {
        kind: prober.kind,
        options: { value: value.data, options: options.data },
        common: common.data,
        atOnePlace: prober.atOnePlace ?? false,
        awaitsMs: prober.awaitsMs?.(value.data, options.data) ?? 0,
      },
    };
  }
  return {
    faults: [
      ...('issues' in value ? issueFaults(value.issues, [...path, prober.kind], written) : []),
      ...('issues' in options ? issueFaults(options.issues, path, written) : []),
      ...('issues' in common ? issueFaults(common.issues, path, written) : []),
      ...keys,
    ],
  };
}

/** Faults between a probe's value and its options, where each alone is right. */
export function misfitFaults(prober: Prober, probe: ReadProbe, path: Path, { tree }: Written): readonly Fault[] {
  const { value, options } = probe.options;
  const misfits = prober.misfits?.(value, options) ?? [];
  return misfits.map(({ path: below, message, hint }) => {
    const own = [...path, ...below];
    return { span: tree.keySpan(own), path: own, message, hint };
  });
}

/** The values of the variables in a probe as it is written, by where they stand. */
export function variablesOf(raw: Readonly<Record<string, unknown>>, lookup: Lookup): Variables | undefined {
  const [inExpect, elsewhere] = [new Set<string>(), new Set<string>()];
  mapTexts(raw, [], (text, path) => {
    for (const name of variablesIn(text)) {
      const value = lookup(name);
      if (value) (path.some(isExpectation) ? inExpect : elsewhere).add(value);
    }
    return text;
  });
  if (inExpect.size + elsewhere.size === 0) return undefined;
  const secrets = (values: ReadonlySet<string>) => [...values].map((value) => new Secret(value));
  return { inExpect: secrets(inExpect), elsewhere: secrets(elsewhere) };
}
