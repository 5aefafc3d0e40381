import { type ExporterKind, exporterKinds, longestServiceName } from '../stack/exporters.ts';
import { type ServiceKind, serviceKinds } from '../stack/kinds.ts';
import { exporterTarget, type Lack } from './exporter.ts';
import type { Fault, Path } from './fault.ts';
import { scrapedUrl } from './fields.ts';
import { asMap, asText, member, type RawMap } from './raw.ts';
import { exporterOptions } from './schema.ts';
import type { YamlTree } from './yaml-tree.ts';

/** What `kind` makes meaningless or leaves open. */
export function kindFaults(document: RawMap, tree: YamlTree): readonly Fault[] {
  const services = Object.entries(asMap(member(document, 'services')));
  return services.flatMap(([name, service]) => {
    const path = ['services', name];
    const kind = serviceKinds.find((one) => one === member(service, 'kind'));
    // Of a kind that is misspelt nothing is known.
    if (kind === undefined && member(service, 'kind') !== undefined) return [];
    return [
      ...unitFaults(kind, service, path, tree),
      ...optionFaults(kind, service, path, tree),
      ...(isExporterKind(kind) ? lackFaults(kind, service, path, tree) : twiceFaults(kind, name, services, tree)),
      ...(kind === undefined ? [] : metricsFaults(kind, service, path, tree)),
    ];
  });
}

function isExporterKind(kind: ServiceKind | undefined): kind is ExporterKind {
  return kind !== undefined && Object.hasOwn(exporterKinds, kind);
}

/** What may stand in `exporter`, by kind. */
const optionsOf: Readonly<Record<ExporterKind, readonly string[]>> = {
  postgres: ['address', 'database', 'username', 'password_file', 'tls', 'ca_file', 'trust'],
  redis: ['address', 'username', 'password_file', 'tls', 'ca_file', 'trust'],
  nginx: ['status_url', 'ca_file', 'trust'],
};

function unitFaults(kind: ServiceKind | undefined, service: unknown, path: Path, tree: YamlTree): readonly Fault[] {
  if (member(service, 'units') === undefined) return [];
  const own = [...path, 'units'];
  if (kind !== 'host') {
    return [fault(tree, own, 'units are of a host', kind ? `this one is of kind ${kind}` : 'add `kind: host`')];
  }
  if (member(service, 'metrics') === undefined) return [];
  const hint = 'start it with --collector.systemd, and its units are all there';
  return [fault(tree, own, 'units are for the node_exporter of this stack, and `metrics` names another', hint)];
}

function optionFaults(kind: ServiceKind | undefined, service: unknown, path: Path, tree: YamlTree): readonly Fault[] {
  const exporter = member(service, 'exporter');
  if (exporter === undefined) return [];
  const own = [...path, 'exporter'];
  if (kind === undefined) {
    const hint = `add one: ${Object.keys(exporterKinds).join(', ')}`;
    return [fault(tree, own, 'an exporter is of a kind, and this service has none', hint)];
  }
  if (!isExporterKind(kind)) return [fault(tree, own, `the exporter of kind ${kind} asks nobody: it has no options`)];
  if (member(service, 'metrics') !== undefined) {
    const hint = 'leave out one of the two';
    return [fault(tree, own, '`metrics` names an exporter that runs already, so this one would not be started', hint)];
  }
  const allowed = optionsOf[kind];
  return Object.keys(asMap(exporter))
    .filter((key) => Object.hasOwn(exporterOptions.shape, key) && !allowed.includes(key))
    .map((key) => {
      const hint = `options of ${kind}: ${allowed.join(', ')}`;
      return fault(tree, [...own, key], `${key} is no option of an exporter of kind ${kind}`, hint);
    });
}

const examples: Readonly<Record<Lack, (kind: ExporterKind) => string>> = {
  address: (kind) => (kind === 'postgres' ? 'address: db.example.org:5432' : 'address: cache.example.org:6379'),
  username: () => 'username: monitor',
  password_file: (kind) => `password_file: /run/secrets/${kind}_password`,
  status_url: () => 'status_url: http://nginx:8080/stub_status',
};

function lackFaults(kind: ExporterKind, service: unknown, path: Path, tree: YamlTree): readonly Fault[] {
  if (member(service, 'metrics') !== undefined) return [];
  const name = String(path.at(-1));
  const most = longestServiceName(kind);
  const own = exporterOptions.safeParse(member(service, 'exporter') ?? {});
  const target = own.success ? exporterTarget(kind, service, own.data) : undefined;
  const at = [...path, 'kind'];
  return [
    ...(name.length > most
      ? [fault(tree, path, `a service of kind ${kind} has a name of at most ${most} characters`, longNames)]
      : []),
    ...(target && 'lacks' in target
      ? [fault(tree, at, whyLacking(kind, target.lacks), `add exporter: { ${examples[target.lacks](kind)} }`, 'value')]
      : []),
  ];
}

const longNames = 'its exporter is named after it, and the name of a host ends at 63';

function whyLacking(kind: ExporterKind, lack: Lack): string {
  if (lack === 'status_url') return 'the exporter of nginx needs the URL of its stub_status page';
  if (lack === 'password_file') {
    return `the ${kind} probe logs in with a password, and its exporter has it neither in a file nor as a variable`;
  }
  const what = lack === 'address' ? 'an address' : 'a user';
  return `the exporter of ${kind} has no ${what.split(' ')[1]} to ${lack === 'address' ? 'ask' : 'log in as'}: no ${kind} probe of this service names ${what} without a variable`;
}

/** The exporters of host and containers see this machine; a second service would be the same one again. */
function twiceFaults(
  kind: ServiceKind | undefined,
  name: string,
  services: readonly (readonly [string, unknown])[],
  tree: YamlTree,
): readonly Fault[] {
  const own = services.filter(
    ([, service]) => kind && member(service, 'kind') === kind && member(service, 'metrics') === undefined,
  );
  const [first] = own;
  if (!first || first[0] === name || !own.some(([one]) => one === name)) return [];
  const hint = 'another machine has an exporter of its own: give its URL as `metrics`';
  return [fault(tree, ['services', name, 'kind'], `"${first[0]}" is this machine's ${kind} already`, hint, 'value')];
}

/** All services of a kind are one job, whose targets can differ in one value for each parameter. */
function metricsFaults(kind: ServiceKind, service: unknown, path: Path, tree: YamlTree): readonly Fault[] {
  const url = scrapedUrl.safeParse(asText(member(service, 'metrics')));
  if (!url.success) return [];
  const keys = [...new URL(url.data).searchParams.keys()];
  const odd = keys.find((key, i) => !/^[a-zA-Z0-9_]+$/.test(key) || keys.indexOf(key) !== i);
  if (odd === undefined) return [];
  const message = `the parameter ${JSON.stringify(odd)} cannot be given to one target of the job "${kind}"`;
  const hint = 'a parameter stands once, and its name has letters, digits and _';
  return [fault(tree, [...path, 'metrics'], message, hint, 'value')];
}

function fault(tree: YamlTree, path: Path, message: string, hint?: string, at: 'key' | 'value' = 'key'): Fault {
  return { span: at === 'key' ? tree.keySpan(path) : tree.span(path), path, message, hint };
}
