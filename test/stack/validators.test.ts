import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generatedFolders } from '../../stack/surroundings.ts';
import { imageOf, missing } from '../support/found.ts';
import { checkout, type TestImage } from '../support/images.ts';
import { must, run } from '../support/shell.ts';

const files = ['watchpost.yaml', ...readdirSync(join(checkout, 'examples')).map((name) => `examples/${name}`)].filter(
  (name) => name.endsWith('.yaml'),
);

const templates = [
  'watchpost.slack.title',
  'watchpost.slack.text',
  'watchpost.mail.subject',
  'watchpost.mail.text',
  'watchpost.mail.html',
];

/** What every component itself says to what was generated for it. `sh` runs in its image, with the folders mounted as in compose. */
const validators: readonly {
  readonly name: string;
  readonly image: TestImage;
  readonly entry: string;
  readonly args: readonly string[];
}[] = [
  {
    name: 'promtool check config',
    image: 'prometheus',
    entry: 'promtool',
    args: ['check', 'config', '/etc/watchpost/prometheus/prometheus.yaml'],
  },
  {
    name: 'promtool check rules',
    image: 'prometheus',
    entry: 'sh',
    args: ['-c', 'promtool check rules --lint=all --lint-fatal /etc/watchpost/alerts/rules/*.yaml'],
  },
  {
    name: 'promtool test rules',
    image: 'prometheus',
    entry: 'sh',
    args: ['-c', 'promtool test rules /etc/watchpost/alerts/tests/*.test.yaml'],
  },
  {
    name: 'amtool check-config',
    image: 'alertmanager',
    entry: 'amtool',
    args: ['check-config', '--enable-feature=utf8-strict-mode', '/etc/watchpost/alerts/alertmanager.yaml'],
  },
  ...templates.map((template) => ({
    name: `amtool template render ${template}`,
    image: 'alertmanager' as const,
    entry: 'sh',
    args: [
      '-c',
      `amtool template render --template.glob='/etc/watchpost/alerts/templates/*.tmpl' --template.text='{{ template "${template}" . }}' --template.data=/etc/watchpost/data.json`,
    ],
  })),
  {
    name: 'loki -verify-config',
    image: 'loki',
    entry: '/usr/bin/loki',
    args: ['-config.file=/etc/watchpost/loki/loki.yaml', '-verify-config'],
  },
  {
    name: 'alloy validate',
    image: 'alloy',
    entry: '/bin/alloy',
    args: ['validate', '/etc/watchpost/loki/config.alloy'],
  },
];

describe.each(files)('what is generated from %s', (file) => {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-validate-'));
  beforeAll(async () => {
    await must(
      process.execPath,
      ['cli/watchpost.ts', 'generate', '--config', file, '--out', folder, '--target', 'compose'],
      { cwd: checkout },
    );
    writeFileSync(join(folder, 'data.json'), JSON.stringify(alert));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.for(validators)('$name accepts', async ({ image, entry, args }, { skip }) => {
    const lacking = missing([image]);
    if (lacking) skip(lacking);
    const mounts = generatedFolders.flatMap((name) => [
      '-v',
      `${join(folder, name, 'generated')}:/etc/watchpost/${name}:ro`,
    ]);
    const data = ['-v', `${join(folder, 'data.json')}:/etc/watchpost/data.json:ro`];
    const finished = await run('docker', [
      'run',
      '--rm',
      '--entrypoint',
      entry,
      ...mounts,
      ...data,
      imageOf(image),
      ...args,
    ]);
    expect({ code: finished.code, said: finished.code === 0 ? '' : finished.stdout + finished.stderr }).toEqual({
      code: 0,
      said: '',
    });
  });
});

/** An alert as Alertmanager hands it to its templates. */
const alert = {
  receiver: 'everybody-critical',
  status: 'firing',
  alerts: [
    {
      status: 'firing',
      labels: {
        alertname: 'ProbeDown',
        service: 'shop',
        probe: 'ready',
        target: 'http://shop/',
        severity: 'critical',
        team: 'ops',
        stack: 's',
        environment: 'e',
      },
      annotations: {
        summary: 'shop/ready is down',
        description: 'http://shop/: found status 503, expected status 200.',
      },
      startsAt: '2026-11-23T02:14:07Z',
      endsAt: '0001-01-01T00:00:00Z',
    },
  ],
  groupLabels: { alertname: 'ProbeDown' },
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'http://127.0.0.1:9093',
};
