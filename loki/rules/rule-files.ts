import type { Config } from '../../config/model.ts';
import { formatDuration } from '../../stack/duration.ts';
import { yamlFile } from '../../stack/generated-yaml.ts';
import { recordingIntervalMs } from '../../stack/log-recordings.ts';
import type { GeneratedFile } from '../../stack/surroundings.ts';
import { logRules } from './index.ts';
import type { LogRule } from './log-rule.ts';
import { recordings } from './recordings.ts';

/** What Loki calls its only tenant: the ruler reads the files of a folder of that name. */
const tenant = 'fake';

/** What Loki's ruler counts for Prometheus. */
export function recordingFile(): GeneratedFile {
  return yamlFile(`loki/generated/rules/${tenant}/recordings.yaml`, 'What is counted for Prometheus, in LogQL.', {
    groups: [{ name: 'recordings', interval: formatDuration(recordingIntervalMs), rules: recordings }],
  });
}

/** A rule file for each alert that the configuration has anything for. The Watchdog alert is always one. */
export function logRuleFiles(config: Config): readonly GeneratedFile[] {
  return logRules.flatMap((rule) => {
    const rules = rule.rules(config);
    if (rules.length === 0) return [];
    const { alert, everyMs, forMs } = rule;
    const name = fileName(rule);
    return [
      yamlFile(`loki/generated/rules/${tenant}/${name}.yaml`, `The alert ${alert}, in LogQL.`, {
        groups: [
          {
            name,
            interval: everyMs === undefined ? undefined : formatDuration(everyMs),
            rules: rules.map(({ expr, labels, annotations }) => ({
              alert,
              expr,
              for: forMs > 0 ? formatDuration(forMs) : undefined,
              labels,
              annotations,
            })),
          },
        ],
      }),
    ];
  });
}

/** `LogFatal` is in `log-fatal.yaml`. */
function fileName({ alert }: LogRule): string {
  return alert.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
}
