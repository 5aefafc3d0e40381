import { hostFilesMount } from '../stack/host-files.ts';
import type { Surroundings } from '../stack/surroundings.ts';
import type { ServiceLogs } from './alloy-sources.ts';
import { type AlloyBlock, block, expression } from './alloy-syntax.ts';
import { continuationLine } from './continuation-lines.ts';

/** Loki takes nothing older, however long it keeps what it has. */
const oldest = '168h';

/**
 * What a source knows of a line, and what is found in it: metadata, not labels, or every trace would be a stream. Each comes from
 * what is named behind it; that of a label of the same name would be the label's own value, whatever was made of it since.
 */
const metadata = { level: '', trace_id: '', container: '', filename: 'path', hostname: '', app: '' };
/** What sources put beside `service_name` and `source`. */
export const levelOfSource = 'level_of_source';
const labelsOfSources = [levelOfSource, 'container', 'filename', 'hostname', 'app', 'job'];

/** From lines to entries: which belong together, when each was written, its level and its trace. */
export function lines(all: readonly ServiceLogs[], { target }: Surroundings): AlloyBlock {
  return block('loki.process', ['lines'], { forward_to: [expression('loki.write.loki.receiver')] }, [
    ...together(all),
    ...fields,
    ...writtenAt,
    // A file that is read for the first time may begin weeks ago.
    block('stage.drop', [], { older_than: oldest, drop_counter_reason: 'too_old' }),
    block('stage.template', [], {
      source: 'path',
      template: target === 'compose' ? `{{ TrimPrefix .filename "${hostFilesMount}" }}` : '{{ .filename }}',
    }),
    block('stage.structured_metadata', [], { values: metadata }),
    block('stage.label_drop', [], { values: labelsOfSources }),
  ]);
}

/** Stands before a line that goes on with an entry, between two stages: RE2 cannot say what a first line is not. */
const mark = '\u0001';

function together(all: readonly ServiceLogs[]): readonly AlloyBlock[] {
  const own = all.flatMap(({ service, logs }) =>
    logs.firstLine === undefined ? [] : [{ service, of: logs.firstLine }],
  );
  const usual = [
    block('stage.replace', [], { expression: `(${continuationLine})`, replace: `${mark}{{ .Value }}` }),
    multiline(`^(?:[^${mark}]|$)`),
    block('stage.replace', [], { expression: `(?m)^(${mark})`, replace: '' }),
  ];
  if (own.length === 0) return usual;
  const others = `{service_name=~".+",service_name!~"${own.map(({ service }) => service).join('|')}"}`;
  return [
    ...own.map(({ service, of }) =>
      block('stage.match', [], { selector: `{service_name="${service}"}` }, [multiline(of)]),
    ),
    block('stage.match', [], { selector: others }, usual),
  ];
}

/** A line waits this long for the next one; whoever writes an entry writes all of it at once. */
function multiline(firstLine: string): AlloyBlock {
  return block('stage.multiline', [], { firstline: firstLine, max_wait_time: '1s', max_lines: 1_000 });
}

/** As JSON has them, else as logfmt has them, else as the source says. */
const fields: readonly AlloyBlock[] = [
  inLogfmt('level|lvl|severity', '(?P<level>[A-Za-z]+)'),
  inLogfmt('trace_?id', '(?P<trace_id>[0-9A-Za-z-]{16,64})'),
  inLogfmt('ts|time|timestamp', '(?P<written_at>\\d[0-9T:.+Z-]+)'),
  block('stage.json', [], {
    expressions: {
      // Of its own: what is not there would take the place of what the source knows.
      json_level: 'level || severity || lvl || levelname || log.level || "log.level"',
      trace_id: 'trace_id || traceId || traceID || traceid || trace.id || "trace.id"',
      written_at: 'time || timestamp || ts || "@timestamp"',
    },
  }),
  block('stage.template', [], { source: 'level', template: sameLevels() }),
];

/** `key=value`, or with the value in quotes, in a first line that is no JSON. */
function inLogfmt(keys: string, value: string): AlloyBlock {
  return block('stage.regex', [], { expression: `^(?:[^{].*?\\s)?(?i:${keys})="?${value}\\b` });
}

/** Loki's words for the levels of pino, syslog and the rest; what is none of them stays as it is. */
function sameLevels(): string {
  const words = [
    { level: 'trace', of: ['10', 'trc', 'finest'] },
    { level: 'debug', of: ['20', 'dbg', 'fine'] },
    { level: 'info', of: ['30', 'inf', 'information', 'informational', 'notice'] },
    { level: 'warn', of: ['40', 'wrn', 'warning'] },
    { level: 'error', of: ['50', 'err', 'severe'] },
    { level: 'critical', of: ['crit', 'alert', 'emerg', 'emergency'] },
    { level: 'fatal', of: ['60', 'panic', 'dpanic'] },
  ];
  const cases = words.map(
    ({ level, of }, i) => `${i > 0 ? 'else ' : ''}if eq $level ${of.map((word) => `"${word}"`).join(' ')} }}${level}`,
  );
  return `{{ $level := ToLower (or .json_level .Value .${levelOfSource}) }}{{ ${cases.join('{{ ')}{{ else }}{{ $level }}{{ end }}`;
}

/** A time that is read in the wrong unit is in 1970 or in the year 50000, and Loki refuses the line: the digits tell. */
const writtenAt: readonly AlloyBlock[] = [
  ...[
    { format: 'Unix', digits: String.raw`\d{10}(?:\.\d+)?` },
    { format: 'UnixMs', digits: String.raw`\d{13}`, rest: String.raw`(?:\.\d+)?` },
    { format: 'UnixUs', digits: String.raw`\d{16}` },
    { format: 'UnixNs', digits: String.raw`\d{19}` },
  ].flatMap(({ format, digits, rest = '' }) => {
    const source = `written_${format.toLowerCase()}`;
    return [
      block('stage.regex', [], { source: 'written_at', expression: `^(?P<${source}>${digits})${rest}$` }),
      block('stage.timestamp', [], { source, format, action_on_failure: 'skip' }),
    ];
  }),
  block('stage.timestamp', [], { source: 'written_at', format: 'RFC3339Nano', action_on_failure: 'skip' }),
];
