import { type LogRecording, recordedLevels } from '../../stack/log-recordings.ts';
import { errorLevels } from '../../stack/logql.ts';

/** What is recorded, and how it is counted. Over all streams at once: a service that is new needs no rule of its own. */
export const recordings: readonly { readonly record: LogRecording; readonly expr: string }[] = [
  { record: 'log:lines:rate5m', expr: named(`sum by (service_name, level) (rate(${lines()} ${knownLevel()} [5m]))`) },
  { record: 'log:errors:rate5m', expr: named(errors()) },
  { record: 'log:errors:ratio_rate5m', expr: named(`${errors()} / ${all()}`) },
];

/** Those of the probe service are its own trade: it writes when others fail. */
function lines(): string {
  return '{service_name=~".+"}';
}

function all(): string {
  return `sum by (service_name) (rate(${lines()} [5m]))`;
}

/** With 0 for whoever writes none: a ratio that is missing would look like a service that is. */
function errors(): string {
  const found = `sum by (service_name) (rate(${lines()} | detected_level=~${JSON.stringify(errorLevels)} [5m]))`;
  return `(${found} or ${all()} * 0)`;
}

/** Whoever writes may call a level what he likes; series must not be as many as that. */
function knownLevel(): string {
  const known = recordedLevels.join('|');
  return `| label_format level=\`{{ if or (not .detected_level) (regexReplaceAll "^(${known})$" .detected_level "") }}unknown{{ else }}{{ .detected_level }}{{ end }}\``;
}

/** With the label that Prometheus has for the same thing. */
function named(expr: string): string {
  return `sum without (service_name) (label_replace(${expr}, "service", "$1", "service_name", "(.*)"))`;
}
