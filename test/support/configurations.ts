import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, loadConfig } from '../../config/index.ts';
import { checkout } from './images.ts';

/** Two teams with channels of their own and one without, office hours, objectives, a chain of dependencies. */
const teamsAndHours = `stack: shop
office_hours: { from: "08:00", to: "18:00", timezone: Europe/Berlin }
services:
  web: { team: web, depends_on: [api], slo: { availability: 99.9%, window: 30d }, probes: { front: { http: "http://web/" } } }
  api: { depends_on: [db], probes: { ready: { http: "http://api/" }, spare: { http: "http://spare/", severity: warning } } }
  db: { team: data, slo: { latency: { below: 300ms, for: 95% }, window: 7d }, probes: { port: { tcp: "db:5432" } } }
  batch: { team: night, probes: { nightly: { heartbeat: { every: 24h, grace: 2h } } } }
  edge: { team: web, probes: { certificate: { tls: "web:443" } } }
notify:
  slack: { webhook_url_file: /run/secrets/slack_webhook_url, channel: "#alerts" }
  email: { to: [oncall@example.org], from: watchpost@example.org, smarthost: smtp.example.org:587 }
  teams:
    web: { slack: { channel: "#web" } }
    data: { slack: { channel: "#data" }, email: { to: [dba@example.org] } }
`;

/** What the truth tables are made from: the shipped file, every example, and one with all that decides who hears what. */
export function configurations(): readonly { readonly name: string; readonly config: Config }[] {
  const examples = readdirSync(join(checkout, 'examples')).filter((name) => name.endsWith('.yaml'));
  const files = ['watchpost.yaml', ...examples.map((name) => `examples/${name}`)];
  return [
    ...files.map((file) => ({ name: file, config: read(file, readFileSync(join(checkout, file), 'utf8')) })),
    { name: 'teams and office hours', config: read('teams-and-hours.yaml', teamsAndHours) },
  ];
}

function read(file: string, source: string): Config {
  const loaded = loadConfig(source, { file, env: {}, mode: 'generate' });
  if ('config' in loaded) return loaded.config;
  throw new Error(`${file}: ${loaded.diagnostics.map(({ message }) => message).join('; ')}`);
}
