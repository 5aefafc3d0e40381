import { z } from 'zod';
import { defaultLocation, identityLabels, probeLabels } from '../stack/labels.ts';
import { manyServices } from '../stack/many-services.ts';
import { isPrivateHost } from '../stack/private-host.ts';
import { dependencyFaults } from './dependencies.ts';
import type { Fault, Path } from './fault.ts';
import { hostPort } from './fields.ts';
import { missingKey } from './issues.ts';
import { kindFaults } from './kinds.ts';
import { logOrigins } from './log-schema.ts';
import { officeHoursFaults, windowFaults } from './maintenance.ts';
import { suggest } from './nearest.ts';
import { asMap, asText, member, type RawMap } from './raw.ts';
import { service } from './schema.ts';
import { sloFaults as burnFaults } from './slo.ts';
import { timing } from './timing.ts';
import type { YamlTree } from './yaml-tree.ts';

/** What no schema of single values can see. Looks at values that may be wrong otherwise, and then says nothing of them. */
export function crossChecks(document: RawMap, tree: YamlTree): readonly Fault[] {
  const services = member(document, 'services');
  return [
    ...dependencyFaults(services, tree),
    ...serviceFaults(services, tree),
    ...syslogFaults(services, tree),
    ...kindFaults(document, tree),
    ...timeoutFaults(document, tree),
    ...windowFaults(document, tree),
    ...officeHoursFaults(document, tree),
    ...burnFaults(document, tree),
    ...locationFaults(document, tree),
    ...notifyFaults(document, tree),
  ];
}

function serviceFaults(services: unknown, tree: YamlTree): readonly Fault[] {
  const entries = Object.entries(asMap(services));
  if (tree.has(['services']) && isEmptyMap(services)) {
    return [fault(tree, ['services'], 'found no service, expected at least one')];
  }
  return entries.flatMap(([name, own]) => {
    const path = ['services', name];
    const isOurs = name === manyServices.service;
    const keys = Object.keys(asMap(own));
    // An unknown key has its own fault, and may well be one of these.
    const watches = keys.some(
      (key) => ['kind', 'probes', 'metrics', 'logs'].includes(key) || !serviceKeys.includes(key),
    );
    const nothing = 'nothing of this service is watched: it has no probes, no metrics and no logs';
    return [
      ...(isOurs ? [fault(tree, path, `the name "${name}" is the stack's own`, undefined, 'key')] : []),
      ...(isMap(own) && !watches ? [fault(tree, path, nothing, undefined, 'key')] : []),
      ...(isEmptyMap(member(own, 'probes'))
        ? [fault(tree, [...path, 'probes'], 'found no probe, expected at least one', 'leave the key out')]
        : []),
      ...logFaults(member(own, 'logs'), [...path, 'logs'], tree),
      ...sloFaults(member(own, 'slo'), [...path, 'slo'], tree),
      ...labelFaults(member(own, 'labels'), [...path, 'labels'], tree),
    ];
  });
}

const serviceKeys = Object.keys(service(z.unknown()).shape);

function logFaults(logs: unknown, path: Path, tree: YamlTree): readonly Fault[] {
  if (!isMap(logs)) return [];
  const keys = Object.keys(asMap(logs));
  const [first, second] = keys.filter((key) => logOrigins.some((origin) => origin === key));
  if (second !== undefined) {
    return [
      fault(tree, [...path, second], `found ${first} and ${second}, expected one source of logs`, undefined, 'key'),
    ];
  }
  // An unknown key has its own fault, and may well be one of these.
  const hasNone = first === undefined && keys.every((key) => key === 'first_line');
  return hasNone ? [fault(tree, path, 'found no source of logs, expected container, file, unit or syslog')] : [];
}

/** Two services whose messages cannot be told apart. */
function syslogFaults(services: unknown, tree: YamlTree): readonly Fault[] {
  const owners = new Map<string, string>();
  return Object.entries(asMap(services)).flatMap(([name, service]) => {
    const host = asText(member(member(service, 'logs'), 'syslog'));
    if (host === undefined) return [];
    const owner = owners.get(host.toLowerCase());
    owners.set(host.toLowerCase(), owner ?? name);
    if (owner === undefined) return [];
    return [fault(tree, ['services', name, 'logs', 'syslog'], `messages of "${host}" are those of "${owner}" already`)];
  });
}

function sloFaults(slo: unknown, path: Path, tree: YamlTree): readonly Fault[] {
  if (!isMap(slo) || ['availability', 'latency'].some((key) => member(slo, key) !== undefined)) return [];
  return [fault(tree, path, 'found no objective, expected availability, latency or both')];
}

const ownLabels: ReadonlySet<string> = new Set([...identityLabels, ...probeLabels, 'instance', 'job']);

function labelFaults(labels: unknown, path: Path, tree: YamlTree): readonly Fault[] {
  return Object.keys(asMap(labels))
    .filter((label) => ownLabels.has(label))
    .map((label) => {
      const hint = `labels of the stack: ${[...ownLabels].join(', ')}`;
      return fault(tree, [...path, label], `the label "${label}" is the stack's own`, hint, 'key');
    });
}

function timeoutFaults(document: RawMap, tree: YamlTree): readonly Fault[] {
  const fallback = member(document, 'defaults');
  const own = timeoutFault(timing(fallback, undefined), 'defaults', ['defaults'], tree);
  const ofProbes = probesOf(document).flatMap(({ path, label, probe }) =>
    // A default that cannot be right is told once, at the default.
    own.length > 0 && !['every', 'timeout'].some((key) => member(probe, key) !== undefined)
      ? []
      : timeoutFault(timing(probe, fallback), `probe "${label}"`, path, tree),
  );
  return [...own, ...ofProbes];
}

function timeoutFault(found: ReturnType<typeof timing>, subject: string, path: Path, tree: YamlTree): readonly Fault[] {
  if (found.timeoutMs <= found.everyMs) return [];
  const message = `${subject}: timeout (${found.timeoutText}) must not exceed its interval (${found.everyText})`;
  const at = found.timeoutIsOwn ? 'timeout' : 'every';
  const hint = found.timeoutIsOwn ? undefined : 'the timeout is that of `defaults`; give the probe one of its own';
  return [fault(tree, [...path, at], message, hint)];
}

function locationFaults(document: RawMap, tree: YamlTree): readonly Fault[] {
  const others = Object.keys(asMap(member(document, 'locations')));
  const own = asText(member(document, 'location')) ?? defaultLocation;
  const quorum = member(document, 'quorum');
  const names = new Set([own, ...others]);
  const all = names.size;
  const sayAll = `${all} location${all === 1 ? '' : 's'}: ${[...names].join(', ')}`;
  return [
    ...(others.includes(own)
      ? [
          fault(
            tree,
            ['locations', own],
            `"${own}" is the location of this installation`,
            'give it a `location`',
            'key',
          ),
        ]
      : []),
    ...(typeof quorum === 'number' && quorum > all
      ? [fault(tree, ['quorum'], `a quorum of ${quorum} can never be reached`, sayAll)]
      : []),
  ];
}

function notifyFaults(document: RawMap, tree: YamlTree): readonly Fault[] {
  const notify = member(document, 'notify');
  const email = member(notify, 'email');
  const teams = Object.entries(asMap(member(notify, 'teams')));
  const known = Object.values(asMap(member(document, 'services'))).map((service) => asText(member(service, 'team')));
  const teamNames = [...new Set(known.filter((team) => team !== undefined))];
  return [
    ...mailFaults(email, {}, ['notify', 'email'], tree),
    ...teams.flatMap(([team, channels]) => {
      const path = ['notify', 'teams', team];
      const slack = member(channels, 'slack');
      const own = member(channels, 'email');
      return [
        ...(teamNames.includes(team)
          ? []
          : [fault(tree, path, `no service has the team "${team}"`, suggest(team, teamNames, 'teams'), 'key')]),
        ...(isMap(channels) && Object.keys(asMap(channels)).length === 0
          ? [fault(tree, path, 'found no channel, expected slack, email or both')]
          : []),
        ...(isMap(slack) && !member(slack, 'webhook_url_file') && !member(member(notify, 'slack'), 'webhook_url_file')
          ? [fault(tree, [...path, 'slack'], missingKey('webhook_url_file'), 'add it here or to notify.slack', 'key')]
          : []),
        ...['to', 'from', 'smarthost']
          .filter((key) => isMap(own) && member(own, key) === undefined && member(email, key) === undefined)
          .map((key) => fault(tree, [...path, 'email'], missingKey(key), 'add it here or to notify.email', 'key')),
        ...mailFaults(own, asMap(email), [...path, 'email'], tree),
      ];
    }),
  ];
}

/** `inherited` is what the e-mail channel of a team takes from the one of all. */
function mailFaults(email: unknown, inherited: RawMap, path: Path, tree: YamlTree): readonly Fault[] {
  if (!isMap(email)) return [];
  const get = (key: string) => member(email, key) ?? member(inherited, key);
  const smarthost = hostPort.safeParse(get('smarthost'));
  const host = smarthost.success ? smarthost.data.host : undefined;
  const isOpen = get('require_tls') === false && host !== undefined && !isPrivateHost(host);
  const openAt = member(email, 'require_tls') === false ? 'require_tls' : 'smarthost';
  const login = [
    ['username', 'password_file'],
    ['password_file', 'username'],
  ] as const;
  return [
    ...(isOpen && member(email, openAt) !== undefined
      ? [
          fault(
            tree,
            [...path, openAt],
            `mail to "${host}" would go over the public internet without TLS`,
            'require_tls: false is for a relay on a loopback or private address',
          ),
        ]
      : []),
    ...login
      .filter(
        ([has, lacks]) =>
          member(email, has) !== undefined && get(lacks) === undefined && member(email, 'password') === undefined,
      )
      .map(([has, lacks]) => fault(tree, [...path, has], `found ${has} without ${lacks}`, 'a login needs both', 'key')),
  ];
}

/** Every probe that is a map, whatever is in it. */
export function probesOf(document: RawMap): readonly {
  readonly service: string;
  readonly name: string;
  readonly label: string;
  readonly path: Path;
  readonly probe: RawMap;
}[] {
  return Object.entries(asMap(member(document, 'services'))).flatMap(([service, value]) =>
    Object.entries(asMap(member(value, 'probes'))).flatMap(([name, probe]) => {
      if (!isMap(probe)) return [];
      return [
        {
          service,
          name,
          label: `${service}/${name}`,
          path: ['services', service, 'probes', name],
          probe: asMap(probe),
        },
      ];
    }),
  );
}

function fault(tree: YamlTree, path: Path, message: string, hint?: string, at: 'key' | 'value' = 'value'): Fault {
  return { span: at === 'key' ? tree.keySpan(path) : tree.span(path), path, message, hint };
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmptyMap(value: unknown): boolean {
  return isMap(value) && Object.keys(asMap(value)).length === 0;
}
