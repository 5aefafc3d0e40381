import { join } from 'node:path';
import type { Service } from '../../probes/index.ts';
import { type Part, parts } from '../../stack/parts.ts';
import { defaultDataFolder, sayPath, shippedConfig } from '../checkout.ts';
import { sayMisbehave } from '../demo.ts';
import { sayConfigFile, sayWherePagesGo } from '../say-config.ts';
import { type Cell, table } from '../table.ts';
import { styled, type Terminal } from '../terminal.ts';
import { answers } from '../wait-until.ts';
import { type ComponentPart, componentParts } from './components.ts';
import { sayExporter } from './exporters.ts';
import type { NativeFolders, Prepared } from './prepare.ts';

export interface ReportOptions {
  readonly prepared: Prepared;
  readonly configFile: string;
  readonly folders: NativeFolders;
  readonly service: Service;
  /** Parts that were started and are not ready yet. */
  readonly waiting: readonly ComponentPart[];
  readonly terminal: Terminal;
}

/** What runs, where, what is missing and how to get it, and what to do next. */
export async function report(options: ReportOptions): Promise<string> {
  const { prepared, terminal } = options;
  const refusals = prepared.absent.filter(({ kind }) => kind === 'refused');
  return [
    '',
    table(terminal, ['PART', 'STATE', 'WHERE, OR HOW TO GET IT'], [...rows(options), ...(await exporterRows(options))]),
    ...refusals.map(({ part, detail }) => `\n${parts[part].title} refused its configuration:\n${indent(detail)}`),
    '',
    ...(await facts(options)),
    '',
    ...nextSteps(options),
    '',
  ].join('\n');
}

const running: Cell = { text: 'running', style: 'green' };
const starting: Cell = { text: 'starting', style: 'yellow' };

function rows({ prepared, service, waiting }: ReportOptions): readonly (readonly Cell[])[] {
  const { present, surroundings, absent } = prepared;
  const at = (part: Part) => `http://${surroundings.address(part)}`;
  const component = (part: ComponentPart): readonly (readonly Cell[])[] => {
    const { title } = parts[part];
    if (present.has(part)) return [[title, waiting.includes(part) ? starting : running, at(part)]];
    const absence = absent.find((one) => one.part === part);
    if (!absence) return [];
    if (absence.kind === 'refused')
      return [[title, { text: 'refused', style: 'red' }, 'its words are below; a newer version may help']];
    return [[title, { text: 'missing', style: 'yellow' }, absence.detail]];
  };
  return [
    [parts.watchpost.title, running, `${service.url} (/metrics)`],
    ...(present.has('demo') ? [[parts.demo.title, running, at('demo')]] : []),
    ...componentParts.flatMap(component),
  ];
}

async function exporterRows({ prepared }: ReportOptions): Promise<readonly (readonly Cell[])[]> {
  const there = prepared.exporters.map(async ({ exporter, port }) => {
    const url = `http://127.0.0.1:${port}`;
    return [sayExporter(exporter), (await answers(`${url}/`)) ? running : starting, url];
  });
  const missing = prepared.missingExporters.map(({ title, install }) => [
    title,
    { text: 'missing', style: 'yellow' } as const,
    install,
  ]);
  return [...(await Promise.all(there)), ...missing];
}

async function facts({ prepared, configFile, folders, service, terminal }: ReportOptions): Promise<readonly string[]> {
  const { config, present } = prepared;
  const { pass, fail, planned } = await countProbes(service.url);
  const failing = fail > 0 ? `, ${fail} failing` : '';
  const pager = present.has('alertmanager') ? '' : ' (sent by the probe service itself: no Alertmanager runs)';
  const lines: readonly (readonly [string, string])[] = [
    ['Configuration', sayConfigFile(configFile)],
    ['Probes', `${pass} of ${planned} passing${failing}`],
    ['Pages go to', `${sayWherePagesGo(config)}${pager}`],
    ...(present.has('grafana')
      ? [['Grafana', `user admin, password in ${sayPath(folders.grafanaPassword)}`] as const]
      : []),
    ['Data and logs', `${sayPath(folders.data)}, ${sayPath(folders.logs)}`],
  ];
  return aligned(lines, terminal);
}

function nextSteps({ prepared, configFile, folders, terminal }: ReportOptions): readonly string[] {
  const { present, config, surroundings, absent } = prepared;
  const configOption = configFile === shippedConfig ? '' : ` --config ${sayPath(configFile)}`;
  const dataOption = folders.data === defaultDataFolder ? '' : ` --data ${sayPath(folders.data)}`;
  const steps: (readonly [string, string])[] = [];
  if (present.has('demo')) {
    steps.push(['Break the demo app', sayMisbehave(surroundings.address('demo'), 'down')]);
    steps.push(['Mend it', sayMisbehave(surroundings.address('demo'), 'none')]);
  }
  if (present.has('mailpit')) steps.push(['Read the mail', `http://${surroundings.address('mailpit')}`]);
  if (!config.notify.slack) {
    steps.push([
      'Page your Slack',
      `put the webhook URL into ${sayPath(join(configFile, '..', 'secrets', 'slack_webhook_url'))}`,
    ]);
    steps.push(['', `and below notify: in ${sayPath(configFile)} put`]);
    steps.push(['', '  slack: { webhook_url_file: /run/secrets/slack_webhook_url }']);
    steps.push(['', `then ./watchpost reload${dataOption}`]);
  }
  steps.push(['Try the channels', `./watchpost page --test${configOption}`]);
  const offered = [...absent.map(({ detail }) => detail), ...prepared.missingExporters.map(({ install }) => install)];
  if (offered.some((detail) => detail.startsWith('apt-get install prometheus'))) {
    steps.push(['Debian starts what', 'it installs: systemctl disable --now NAME, then start this again']);
  }
  steps.push(['Stop', 'Ctrl-C']);
  return aligned(steps, terminal);
}

function aligned(lines: readonly (readonly [string, string])[], terminal: Terminal): readonly string[] {
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, text]) => `  ${styled(terminal, 'bold', name.padEnd(width))}  ${text}`);
}

function indent(text: string): string {
  return text
    .split('\n')
    .slice(-6)
    .map((line) => `  ${line}`)
    .join('\n');
}

/** As `/metrics` tells it: what anybody else would see. */
export async function countProbes(url: string): Promise<{ pass: number; fail: number; planned: number }> {
  const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(3_000) });
  const lines = (await response.text()).split('\n');
  const count = (metric: string, value: string) =>
    lines.filter((line) => line.startsWith(`${metric}{`) && line.endsWith(`} ${value}`)).length;
  const planned = lines.filter((line) => line.startsWith('watchpost_probe_info{')).length;
  return { pass: count('probe_success', '1'), fail: count('probe_success', '0'), planned };
}
