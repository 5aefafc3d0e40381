import { annotatedSchema, type JsonSchema } from '../../../config/json-schema.ts';

/** What could stand in a field; where none of these fits its pattern, no secret does. */
const samples = [
  'plant00 s3cret',
  'plant00s3cret',
  'http://u:plant00@h/',
  'plant00@h.example',
  '/plant00',
  'plant00:1',
  'a:1',
  '00',
];

/** Every field of watchpost.yaml that takes a text which may be free: `services.*.team`, `http: headers.*`. */
export function freeFields(): readonly string[] {
  const found = new Set<string>();
  const root = annotatedSchema();
  const probes = root.properties?.services?.additionalProperties;
  const probe = typeof probes === 'object' ? probes.properties?.probes?.additionalProperties : undefined;
  if (typeof probe !== 'object') throw new Error('the schema has no probes');
  walk(root, '', found, probe);
  for (const prober of probe.anyOf ?? []) walk(prober, `${prober.required?.[0] ?? '?'}: `, found, undefined);
  return [...found];
}

function walk(schema: JsonSchema, path: string, found: Set<string>, except: JsonSchema | undefined): void {
  if (schema === except) return;
  for (const one of schema.anyOf ?? []) walk(one, path, found, except);
  const below = path === '' || path.endsWith(' ') ? path : `${path}.`;
  for (const [key, held] of Object.entries(schema.properties ?? {})) walk(held, `${below}${key}`, found, except);
  if (typeof schema.additionalProperties === 'object') walk(schema.additionalProperties, `${path}.*`, found, except);
  if (schema.items) walk(schema.items, `${path}[]`, found, except);
  if (schema.enum || schema.const !== undefined) return;
  const isOpen = !schema.anyOf && !schema.properties && !schema.items && !schema.additionalProperties;
  const takesText = schema.type === undefined ? isOpen : [schema.type].flat().includes('string');
  const { pattern } = schema;
  if (takesText && (!pattern || samples.some((sample) => new RegExp(pattern, 'u').test(sample)))) found.add(path);
}

/** The fields whose values are shown, by design: who reads why, may look for one that should not be here. */
export const shownFields: readonly { readonly fields: RegExp; readonly why: string }[] = [
  { fields: /^(stack|environment|location|locations\.\*|urls\.\w+)$/, why: 'names and addresses of the installation' },
  { fields: /^services\.\*\.(team|labels\.\*|depends_on\[\]|units\[\]|logs\.\w+)$/, why: 'names, which are labels' },
  { fields: /^services\.\*\.(metrics|exporter\.\w+)$/, why: 'others read them: no variable, and a password by file' },
  { fields: /^(maintenance|office_hours)\b/, why: 'names and times' },
  {
    fields: /^(logs\.s3\.\w+|syslog\.listen)$/,
    why: 'where logs lie and come from; the key to the bucket is in a file',
  },
  { fields: /^(references\[\]|rules|otlp\.traces)$/, why: 'hosts and folders; the URL takes no user and no query' },
  { fields: /(^|[._ ])\w*_file$/, why: 'says where a secret lies; what lies there is planted by itself' },
  { fields: /^notify\.(.*\.)?email\.(to\[\]|from|smarthost|username)$/, why: 'who writes to whom' },
  { fields: /: server_name$|flow\[\]\.server_name$/, why: 'a name of DNS' },
  { fields: /^(dns|grpc|icmp|smtp|tcp|tls): \1$/, why: 'a host, which is the label `target`' },
  { fields: /^file: (file|checksum|min_size|max_size)$/, why: 'a path, which is the label `target`, and sizes' },
  {
    fields: /(: |\]\.)(.*\.)?expect(_hex)?\b/,
    why: 'a page says what was expected; a variable in it is planted',
  },
  { fields: /(: |\]\.)redirects_to(\[\])?$/, why: 'hosts that redirects may lead to' },
  { fields: /^dns: name$|^grpc: service$|^websocket: protocols\[\]$/, why: 'what is asked for is said' },
  { fields: /^heartbeat: heartbeat\.(cron|timezone)$/, why: 'times' },
  { fields: /^smtp: (ehlo|mail_from|rcpt_to)$/, why: 'what is said to the server in the clear' },
  { fields: /(: |\.)(user|username|client_id|scopes\[\])$/, why: 'who asks is said where it is refused' },
  { fields: /^flow: flow\[\]\.(name|save\.\*\.\w+)$/, why: 'where a value is found; the value itself is planted' },
  { fields: /^(postgres: sql|redis: command(\[\])?)$/, why: 'what is asked is shown, and the reference says so' },
];

/** The path of every text in a value, in the form of `freeFields`, with the text. */
export function textsIn(value: unknown, path: string): readonly (readonly [path: string, text: string])[] {
  if (typeof value === 'string') return [[path, value]];
  if (Array.isArray(value)) return value.flatMap((held) => textsIn(held, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [];
  const below = path.endsWith(' ') ? path : `${path}.`;
  return Object.entries(value).flatMap(([key, held]) => [
    ...textsIn(held, `${below}${key}`),
    // What is a map of names in the schema.
    ...textsIn(held, `${path}.*`),
  ]);
}
