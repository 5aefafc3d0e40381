import type { z } from 'zod';
import { redactUrl, Secret } from '../../../stack/secret.ts';
import type { Outcome, Run, Sample } from '../../model.ts';
import { Failure } from '../../net/failure.ts';
import { tlsWarnings } from '../certificate-options.ts';
import { isCredentialName, isEverydayValue } from '../everyday.ts';
import { Cookies } from '../http/cookies.ts';
import type { Exchanged } from '../http/exchange.ts';
import { type Asked, ask, http } from '../http/http.ts';
import { httpValue } from '../http/options.ts';
import { mask, masksFor } from '../mask.ts';
import type { Misfit, Prober } from '../prober.ts';
import { Recorder } from '../recorder.ts';
import { headerText } from '../schemas.ts';
import { flowOptions, flowValue, type Saved, type Step } from './options.ts';
import { fill, namesIn } from './placeholders.ts';

type Value = z.output<typeof flowValue>;

export const flow = {
  kind: 'flow' as const,
  describe:
    'Sends HTTP requests one after the other and hands on what they answer: log in, use the token, log out. All within one time limit.',
  value: flowValue,
  options: flowOptions,
  metrics: [
    'watchpost_probe_flow_duration_seconds',
    'probe_http_status_code',
    'probe_http_redirects',
    'probe_http_version',
    'probe_ssl_earliest_cert_expiry',
  ],
  target: ([first]) => (first ? redactUrl(first.url) : ''),
  endpoints: (steps) =>
    steps.filter(({ url }) => namesIn(url).length === 0).flatMap(({ url }) => http.endpoints(httpValue.parse(url))),
  misfits,
  warnings: (steps) => [...new Set(steps.flatMap(({ options }) => tlsWarnings(options)))],
  probe: (steps, _, run) => runSteps(steps, run),
} satisfies Prober<typeof flowValue, typeof flowOptions>;

async function runSteps(steps: Value, run: Run): Promise<Outcome> {
  const values = new Map<string, string>();
  const masks = masksFor([], run, steps);
  const hide = (text: string, isOpen: (value: string) => boolean) => maskSaved(values, isOpen)(text);
  const recorder = new Recorder({ ...masks, found: (text) => masks.found(hide(text, masks.isOpen)) });
  const cookies = new Cookies();
  const samples = new Map<string, Sample>();
  try {
    for (const step of steps) {
      const beganMs = recorder.elapsedMs();
      recorder.step(`step "${step.name}"`);
      const asked = await askStep(step, values, run, beganMs, {
        cookies,
        hide: (text, isOpen) => hide(text, (value) => masks.isOpen(value) || isOpen(value)),
      }).catch((error: unknown) => {
        throw error instanceof Failure ? failureOf(error, step) : error;
      });
      recorder.sample(durationMetric, (recorder.elapsedMs() - beganMs) / 1_000, { phase: step.name });
      take(asked.outcome, step, recorder, samples);
      if (!asked.answer) throw failureOf(asked.outcome, step);
      for (const [name, from] of Object.entries(step.save))
        values.set(name, savedValue(asked.answer, name, from, step));
    }
    return finish(recorder, samples).pass();
  } catch (error) {
    return finish(recorder, samples).failed(error);
  }
}

const durationMetric = 'watchpost_probe_flow_duration_seconds';

/** The request with what was saved put in, as it has to be written there. */
async function askStep(
  { url, options }: Step,
  values: ReadonlyMap<string, string>,
  run: Run,
  beganMs: number,
  together: Parameters<typeof ask>[3],
): Promise<Asked> {
  const filled = (secret: Secret, write?: Write) => new Secret(fill(secret.reveal(), values, write));
  const { headers, body, bearer, basic } = options;
  const type =
    Object.entries(headers)
      .find(([name]) => name.toLowerCase() === 'content-type')?.[1]
      .reveal() ?? '';
  const own = {
    ...options,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, filled(value, inHeader)])),
    ...(body && { body: filled(body, writerFor(type)) }),
    ...(bearer && { bearer: filled(bearer, inHeader) }),
    ...(basic && { basic: { user: fill(basic.user, values), password: filled(basic.password) } }),
  };
  // The time that is left is what a step can be said to have waited.
  const timeoutMs = Math.max(1, Math.round(run.timeoutMs - beganMs));
  return await ask(filledUrl(url, values), own, { ...run, timeoutMs }, together);
}

/** A value as it is written where it is put; throws a `Failure` where it cannot stand there. */
type Write = (value: string, name: string) => string;

/** What the target gave is what is wrong: not the file, and not the prober. */
function misfit(name: string, why: string, where: string): Failure {
  return new Failure('answer', `${why} in what was saved as ${name}`, `a value that ${where} can hold`);
}

/** A placeholder may stand for the host too. */
function filledUrl(url: string, values: ReadonlyMap<string, string>): URL {
  const parsed = httpValue.safeParse(fill(url, values, inUrl));
  if (parsed.success) return parsed.data;
  const names = [...new Set(namesIn(url))].join(' and ');
  throw misfit(names, 'what makes no URL', 'the URL of the step');
}

const inUrl: Write = (value, name) => {
  if (!value.isWellFormed()) throw misfit(name, 'half a character (a lone surrogate)', 'a URL');
  return encodeURIComponent(value);
};

const inForm: Write = (value, name) => {
  if (!value.isWellFormed()) throw misfit(name, 'half a character (a lone surrogate)', 'a form');
  return encodeURIComponent(value);
};

/** A value must not end the header that it stands in. */
const inHeader: Write = (value, name) => {
  const text = withoutControls(value);
  if (!headerText.test(text)) throw misfit(name, 'characters beyond Latin-1', 'a header');
  return text;
};

function withoutControls(value: string): string {
  return value.replaceAll(/[^\t\P{Cc}]/gu, '');
}

/** As a body of this type writes a value: in JSON within the quotes that stand around the placeholder. */
function writerFor(contentType: string): Write | undefined {
  if (/^application\/(?:[\w.+-]+\+)?json\b/i.test(contentType)) return (value) => JSON.stringify(value).slice(1, -1);
  if (/^application\/x-www-form-urlencoded\b/i.test(contentType)) return inForm;
  return undefined;
}

function savedValue({ headers, body }: Exchanged, name: string, from: Saved, step: Step): string {
  const missing = (reason: 'json' | 'header' | 'body', where: string) =>
    new Failure(reason, `${where} in step "${step.name}"`, `a value to save as ${name}`);
  if (from.header !== undefined) {
    const value = headers[from.header.toLowerCase()]?.[0];
    if (value === undefined) throw missing('header', `no header ${from.header}`);
    return value;
  }
  if (from.body) {
    const value = from.body.group(body);
    if (value === undefined) throw missing('body', `a body in which ${from.body.written} matches nothing`);
    return value;
  }
  const value = from.json?.valueIn(parsed(body));
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw missing('json', `no text or number at ${from.json?.written}`);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Then there is nothing at any path, and that is said.
    return undefined;
  }
}

function failureOf(
  { reason, found, expected }: Pick<Outcome, 'reason' | 'found' | 'expected'>,
  { name }: Step,
): Failure {
  return new Failure(reason, `${found} in step "${name}"`, expected);
}

/** What a step found out is the flow's; of certificates the one that expires first. */
function take(outcome: Outcome, { name }: Step, recorder: Recorder, kept: Map<string, Sample>) {
  const { steps, samples, traits = {}, dialled } = outcome;
  if (dialled) recorder.dialled(dialled);
  for (const { text } of steps) if (!/^(found|expected) /.test(text)) recorder.step(`  ${text}`);
  for (const [trait, value] of Object.entries(traits)) recorder.trait(`${trait} in "${name}"`, value);
  for (const sample of samples) {
    if (sample.metric === 'probe_http_duration_seconds') continue;
    const before = kept.get(sample.metric);
    const isLater = sample.metric === 'probe_ssl_earliest_cert_expiry' && before && before.value < sample.value;
    if (!isLater) kept.set(sample.metric, sample);
  }
}

function finish(recorder: Recorder, samples: ReadonlyMap<string, Sample>): Recorder {
  for (const { metric, value, labels } of samples.values()) recorder.sample(metric, value, labels);
  return recorder;
}

/** Masks values in every form in which they were sent, but for what the file says itself and what nobody takes for a secret. */
function maskSaved(values: ReadonlyMap<string, string>, isOpen: (value: string) => boolean): (text: string) => string {
  const isSecret = (name: string, value: string) =>
    (isCredentialName(name) || !isEverydayValue(value)) && !isOpen(value);
  const secrets = [...values].filter(([name, value]) => isSecret(name, value)).map(([, value]) => value);
  return mask([...secrets, ...secrets.map(withoutControls)]);
}

function misfits(steps: Value): readonly Misfit[] {
  const saved = new Set<string>();
  return steps.flatMap((step, i) => {
    const own = [
      ...(steps.findIndex(({ name }) => name === step.name) < i
        ? [
            {
              path: ['flow', i, 'name'],
              message: `a step before is called "${step.name}" too`,
              hint: 'name it otherwise',
            },
          ]
        : []),
      ...strangers(step, saved).map(({ key, name }) => ({
        path: ['flow', i, key],
        message: `no step before saves "${name}"`,
        hint:
          saved.size > 0
            ? `saved by then: ${[...saved].join(', ')}`
            : 'a step before saves it: save: { …: { json: … } }',
      })),
      ...(namesIn(step.url).length > 0
        ? []
        : http.misfits(httpValue.parse(step.url), step.options).map((misfit) => ({
            ...misfit,
            path: ['flow', i, ...(misfit.path.length > 0 ? misfit.path : ['http'])],
          }))),
    ];
    for (const name of Object.keys(step.save)) saved.add(name);
    return own;
  });
}

/** Placeholders that nothing stands behind. */
function strangers({ url, options }: Step, saved: ReadonlySet<string>) {
  const { headers, body, bearer, basic } = options;
  const texts: readonly (readonly [key: string, text: string | undefined])[] = [
    ['http', url],
    ...Object.values(headers).map((value) => ['headers', value.reveal()] as const),
    ['body', body?.reveal()],
    ['bearer', bearer?.reveal()],
    ['basic', basic && `${basic.user}${basic.password.reveal()}`],
  ];
  return texts.flatMap(([key, text = '']) =>
    namesIn(text)
      .filter((name) => !saved.has(name))
      .map((name) => ({ key, name })),
  );
}
