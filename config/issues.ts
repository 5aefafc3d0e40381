import type { z } from 'zod';
import { nearest } from '../stack/nearest.ts';
import { type Fault, type Path, shorten } from './fault.ts';
import type { YamlTree } from './yaml-tree.ts';

/** What an issue needs to become a fault: the text as it is written (variables unresolved), and where it stands. */
export interface Written {
  readonly tree: YamlTree;
  /** The value at a path as the file has it, so that no value of a variable is ever shown. */
  readonly at: (path: Path) => unknown;
}

type Issue = z.core.$ZodIssue;

/** Parses with our wording where the schema has none of its own. */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): { readonly data: z.output<Schema> } | { readonly issues: readonly Issue[] } {
  const result = schema.safeParse(input, { error: (issue) => wording(issue) });
  return result.success ? { data: result.data } : { issues: result.error.issues };
}

/** Issues at `base` as faults. What is wrong with keys is left out: `keyFaults` tells that. */
export function issueFaults(issues: readonly Issue[], base: Path, written: Written): readonly Fault[] {
  return issues.filter((issue) => !isImplied(issue, issues)).flatMap((issue) => issueFault(issue, base, written));
}

/** Zod's own limit of whole numbers says nothing where the schema has a lower one. */
function isImplied(issue: Issue, issues: readonly Issue[]): boolean {
  if (issue.code !== 'too_big' || issue.maximum !== Number.MAX_SAFE_INTEGER) return false;
  const path = JSON.stringify(issue.path);
  return issues.some((other) => other !== issue && other.code === 'too_big' && JSON.stringify(other.path) === path);
}

function issueFault(issue: Issue, base: Path, written: Written): readonly Fault[] {
  const path = [...base, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))];
  const { tree } = written;
  if (issue.code === 'unrecognized_keys' || issue.code === 'invalid_key') return [];
  if (issue.code === 'invalid_union') {
    const branch = closest(issue.errors);
    if (branch) return issueFaults(branch, path, written);
  }
  if (!tree.has(path)) {
    const hint = `add it: ${issue.message.replace(/^expected /, '')}`;
    return [{ span: tree.keySpan(path), path, message: missingKey(String(path.at(-1) ?? '')), hint }];
  }
  const value = written.at(path);
  const message = issue.message.startsWith('expected')
    ? `found ${describe(value, path)}, ${issue.message}`
    : issue.message;
  return [{ span: tree.span(path), path, message, hint: hintFor(issue, value, path) }];
}

/** Of the ways in which a value could have been right, the one that it came closest to; none if it is of no such type. */
function closest(errors: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const [only] = errors;
  if (errors.length === 1) return only;
  return errors.find(
    (issues) => issues.length > 0 && issues.every((issue) => issue.path.length > 0 || isUnknownKey(issue)),
  );
}

function isUnknownKey(issue: Issue): boolean {
  return issue.code === 'unrecognized_keys';
}

/**
 * The hint that a schema gives with its issue (`params: { hint }`), made of the value: none where a variable stands in what is
 * written, for its value must not be shown.
 */
export function givenHint(issue: Issue, value: unknown, path: Path): string | undefined {
  const hint: unknown = issue.code === 'custom' ? issue.params?.hint : undefined;
  return typeof hint === 'string' && !isSecret(path) && !String(value).includes('${') ? hint : undefined;
}

function hintFor(issue: Issue, value: unknown, path: Path): string | undefined {
  if (issue.code === 'custom') return givenHint(issue, value, path);
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    const meant = nearest(value, issue.values.map(String));
    return meant === undefined ? undefined : `did you mean "${meant}"?`;
  }
  if (typeof value === 'number' && issue.message.includes('percentage')) return `write ${value}%`;
  if (typeof value === 'number' && issue.message.includes('duration')) return `write ${value}s`;
  if (issue.code !== 'invalid_type') return undefined;
  if (issue.expected === 'string' && typeof value === 'number') return `quote it: "${value}"`;
  if (issue.expected === 'string' && typeof value === 'boolean') return `quote it: "${value}"`;
  if (issue.expected === 'boolean' && /^(?:yes|on)$/i.test(String(value))) return 'write true';
  if (issue.expected === 'boolean' && /^(?:no|off)$/i.test(String(value))) return 'write false';
  if (issue.expected === 'array' && typeof value === 'string') return `write a list: [${shorten(value, 40)}]`;
  return undefined;
}

export function missingKey(key: string): string {
  return `the key "${key}" is missing`;
}

/** A value as a message shows it. */
export function describe(value: unknown, path: Path = []): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value !== 'string') return String(value);
  if (isSecret(path)) return 'a text that is not shown';
  return JSON.stringify(shorten(hideCredentials(value), 60));
}

/** Keys whose values never stand in a message, right or wrong. */
export const secretKeys: ReadonlySet<string | number> = new Set([
  'headers',
  'body',
  'password',
  'webhook_url',
  'heartbeat_url',
  'token',
  'bearer',
  'client_secret',
  'authorization',
  'access_key_id',
  'secret_access_key',
]);

/** What a step of a flow saves has a name of the user's own: `token` there is the place of one, not one. */
function isSecret(path: Path): boolean {
  return path.some((step, i) => secretKeys.has(step) && path[i - 1] !== 'save');
}

/** Keys that people write out of habit, and the key that names a file instead. */
export const fileOfSecret: Readonly<Record<string, string>> = {
  webhook_url: 'webhook_url_file',
  heartbeat_url: 'heartbeat_url_file',
  password: 'password_file',
  access_key_id: 'credentials_file',
  secret_access_key: 'credentials_file',
  token: 'token_file',
};

/** The text with the user and the password of each URL in it masked, same length. */
export function hideCredentials(text: string): string {
  return text.replaceAll(
    /(:\/\/)([^/\s@]+)(?=@)/g,
    (_, slashes: string, user: string) => slashes + '*'.repeat(user.length),
  );
}

/** The text for an issue, always of the form `expected …`. */
function wording(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${typeWords[String(issue.expected)] ?? String(issue.expected)}`;
    case 'invalid_value':
      return `expected ${oneOf(issue.values.map((value) => JSON.stringify(value)))}`;
    case 'invalid_union':
      return `expected ${oneOf([...new Set(issue.errors.flatMap((branch) => branchWords(branch)))])}`;
    case 'too_small':
      return `expected ${issue.inclusive === false ? 'more than' : 'at least'} ${size(issue.origin, Number(issue.minimum))}`;
    case 'too_big':
      return `expected ${issue.inclusive === false ? 'less than' : 'at most'} ${size(issue.origin, Number(issue.maximum))}`;
    default:
      return `expected ${String(issue.message ?? 'another value')}`;
  }
}

function branchWords(issues: readonly { readonly message: string; readonly path: readonly PropertyKey[] }[]): string[] {
  const own = issues.find((issue) => issue.path.length === 0);
  return own ? [own.message.replace(/^expected /, '')] : [];
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  null: 'nothing',
};

function size(origin: string, count: number): string {
  if (origin === 'string') return `${count} character${count === 1 ? '' : 's'}`;
  if (origin === 'array') return `${count} item${count === 1 ? '' : 's'}`;
  return String(count);
}

function oneOf(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
