import { hostname } from 'node:os';
import { Command } from 'commander';
import type { Config } from '../config/model.ts';
import { systemClock } from '../probes/clock.ts';
import { createPager, type Delivery, type Page } from '../probes/pager/index.ts';
import { alertLinks } from '../stack/alert.ts';
import { sayDuration } from '../stack/duration.ts';
import { defaultTeam } from '../stack/labels.ts';
import { defaultDataFolder, sayPath, shippedConfig } from './checkout.ts';
import { compose } from './compose/engine.ts';
import { nativeFolders } from './native/folders.ts';
import { findProgram } from './native/programs.ts';
import { readState } from './native/state-file.ts';
import { planFromConfig } from './plan-from-config.ts';
import { surroundingsHere } from './probe-service.ts';
import { readConfig } from './read-config.ts';
import { composeFolder } from './surroundings.ts';
import { type Cell, table } from './table.ts';
import type { Terminal } from './terminal.ts';
import { UserError } from './user-error.ts';

export function command(terminal: Terminal): Command {
  return new Command('page')
    .requiredOption('--test', 'send a test page, and then its resolve')
    .option('--config <file>', 'the configuration (default: the one that runs)')
    .option('--data <dir>', 'natively: the data folder that was given to `up`', defaultDataFolder)
    .action(async ({ config, data }: { config?: string; data: string }) => {
      if (config !== undefined) return await pageTest(config, terminal);
      const running = await readState(nativeFolders(data).state);
      if (running) return await pageTest(running.config, terminal);
      if (await runsByCompose()) return await pageTestInContainer(terminal);
      return await pageTest(shippedConfig, terminal);
    });
}

/** There the network, the secrets and the variables are those of the stack. */
async function pageTestInContainer(terminal: Terminal): Promise<void> {
  const command = ['node', '/app/cli/watchpost.ts', 'page', '--test'];
  const config = composeFolder('probes');
  const { code, output } = await compose(
    ['exec', '-T', 'watchpost', ...command, '--config', `${config}/watchpost.yaml`],
    180_000,
  );
  if (code !== 0) throw new UserError(output);
  terminal.print(output);
}

async function runsByCompose(): Promise<boolean> {
  if (!findProgram(['docker'])) return false;
  const { code, output } = await compose(['ps', '--services', '--status', 'running'], 20_000);
  return code === 0 && output.split('\n').includes('watchpost');
}

/** Sends through the direct pager, to every team's channels, and fails if any delivery did. */
async function pageTest(configFile: string, terminal: Terminal): Promise<void> {
  const config = await readConfig(configFile, 'run');
  const plan = planFromConfig(config, surroundingsHere(config));
  const pager = createPager({ channels: (team) => plan.notify.teams[team] ?? plan.notify.default, clock: systemClock });
  const rows: { readonly team: string; readonly what: string; readonly delivery: Delivery }[] = [];
  for (const team of [defaultTeam, ...Object.keys(config.notify.teams)]) {
    const began = systemClock.now();
    for (const status of ['firing', 'resolved'] as const) {
      const page = testPage(config, team, status, began);
      const what = status === 'firing' ? 'page' : 'resolve';
      for (const delivery of await pager.send(page, AbortSignal.timeout(60_000))) rows.push({ team, what, delivery });
    }
  }
  if (rows.length === 0) throw new UserError(noChannel(configFile));
  terminal.print(table(terminal, ['TEAM', 'CHANNEL', 'WHAT', 'RESULT', 'TIME', ''], rows.map(row)));
  const failed = rows.filter(({ delivery }) => !delivery.ok).length;
  if (failed > 0) throw new UserError(`${failed} of ${rows.length} deliveries failed`);
}

function row({ team, what, delivery }: { team: string; what: string; delivery: Delivery }): readonly Cell[] {
  const result: Cell = delivery.ok ? { text: 'delivered', style: 'green' } : { text: 'failed', style: 'red' };
  return [team, delivery.channel, what, result, sayDuration(delivery.durationMs), delivery.detail];
}

function testPage(config: Config, team: string, status: Page['status'], startsAt: number): Page {
  const { stack, environment, urls } = config;
  return {
    status,
    labels: {
      alertname: 'TestPage',
      service: 'watchpost',
      probe: 'test',
      target: hostname(),
      severity: 'critical',
      team,
      stack,
      environment,
    },
    annotations: {
      summary: 'This is a test page',
      description: `Sent by \`watchpost page --test\` on ${hostname()}. Nothing is broken.`,
      action: 'Nothing to do: you have seen that pages arrive here.',
      ...alertLinks(urls, { alertname: 'TestPage' }),
    },
    startsAt,
    ...(status === 'resolved' && { endsAt: systemClock.now() }),
  };
}

function noChannel(configFile: string): string {
  return [
    `${sayPath(configFile)} names no channel, so a page would reach nobody. For Slack, put below notify:`,
    '  slack: { webhook_url_file: /run/secrets/slack_webhook_url }',
    'and the webhook URL into secrets/slack_webhook_url beside that file.',
  ].join('\n');
}
