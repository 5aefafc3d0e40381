import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/model.ts';
import { demoTlsPort, type Part, parts } from '../../stack/parts.ts';
import type { Surroundings } from '../../stack/surroundings.ts';
import { writeFiles } from '../generated-files.ts';
import { componentFolders, generateAll } from '../generators.ts';
import { nativeSurroundings, wantedParts } from '../surroundings.ts';
import { UserError } from '../user-error.ts';
import { refusal } from './check-component.ts';
import { type ComponentPart, componentParts, components } from './components.ts';
import { findExporters, type NativeExporter, portsOf, sayExporter } from './exporters.ts';
import type { nativeFolders } from './folders.ts';
import { grafanaHome } from './grafana.ts';
import { portOwners, sayPortOwners } from './port-owner.ts';
import { findProgram } from './programs.ts';

export type NativeFolders = ReturnType<typeof nativeFolders>;
export type Ports = Readonly<Partial<Record<Part, number>>>;

/** Why a part that the configuration asks for does not run. */
export interface Absence {
  readonly part: ComponentPart;
  readonly kind: 'missing' | 'refused';
  /** What installs it, or what it said against its configuration. */
  readonly detail: string;
}

export interface Prepared {
  readonly config: Config;
  readonly surroundings: Surroundings;
  readonly present: ReadonlySet<Part>;
  readonly programs: ReadonlyMap<ComponentPart, string>;
  readonly absent: readonly Absence[];
  /** Of services of a kind. */
  readonly exporters: readonly NativeExporter[];
  /** Those whose program is not here, and what installs it. */
  readonly missingExporters: readonly { readonly title: string; readonly install: string }[];
}

/**
 * Finds out what can run here, makes sure its ports are free, and writes the configuration of exactly those parts. A
 * component that refuses its configuration (one much older than what we generate for) is left out, and the others are
 * generated anew without it.
 */
export async function prepare(config: Config, folders: NativeFolders, ports: Ports): Promise<Prepared> {
  const wanted = wantedParts(config);
  const { programs, absent } = findComponents(wanted);
  const present = new Set<Part>(['watchpost', ...(wanted.has('demo') ? (['demo'] as const) : []), ...programs.keys()]);
  const wantedBy = mustBeFree(present, ports);
  const { running, missing } = findExporters(config.services, (port) => wantedBy.has(port));
  const exporters = portsOf(running);
  for (const name of exporters.keys()) await mkdir(join(folders.data, name), { recursive: true });
  for (;;) {
    const surroundings = nativeSurroundings({
      config,
      data: folders.data,
      out: folders.out,
      present,
      exporters,
      ports,
    });
    await writeFiles(folders.out, generateAll(reachable(config, present), surroundings), componentFolders);
    for (const part of programs.keys()) await mkdir(surroundings.data(part), { recursive: true });
    const refused = await refusals(
      [...programs.keys()].filter((part) => present.has(part)),
      surroundings,
    );
    if (refused.length === 0) {
      const missingExporters = missing.map(({ exporter, install }) => ({ title: sayExporter(exporter), install }));
      const parts = { present, programs, absent, exporters: running, missingExporters };
      return { config: reachable(config, present), surroundings, ...parts };
    }
    absent.push(...refused);
    for (const { part } of refused) present.delete(part);
    for (const part of programs.keys()) {
      const { needs } = components[part];
      if (needs && !present.has(needs)) present.delete(part);
    }
  }
}

function findComponents(wanted: ReadonlySet<Part>) {
  const programs = new Map<ComponentPart, string>();
  const absent: Absence[] = [];
  for (const part of componentParts.filter((name) => wanted.has(name))) {
    const { programs: names, install, needs } = components[part];
    const program = findProgram(names);
    if (!program) absent.push({ part, kind: 'missing', detail: install });
    else if (needs && !findProgram(components[needs as ComponentPart].programs)) {
      absent.push({ part, kind: 'missing', detail: `is installed, but useless without ${parts[needs].title}` });
    } else if (part === 'grafana' && !grafanaHome(program, process.env)) {
      absent.push({
        part,
        kind: 'missing',
        detail: `${program} has no home folder; name it by WATCHPOST_GRAFANA_HOME`,
      });
    } else programs.set(part, program);
  }
  return { programs, absent };
}

/** Mail to a Mailpit that is not there has nowhere to go: then that channel is left out, for pages and for rules alike. */
export function reachable(config: Config, present: ReadonlySet<Part>): Config {
  if (present.has('mailpit')) return config;
  const { email, ...rest } = config.notify;
  return { ...config, notify: email?.smarthost.host === 'mailpit' ? rest : config.notify };
}

async function refusals(among: readonly ComponentPart[], surroundings: Surroundings): Promise<readonly Absence[]> {
  const details = await Promise.all(among.map((part) => refusal(part, surroundings)));
  return among.flatMap((part, i) => {
    const detail = details[i];
    return detail === undefined ? [] : [{ part, kind: 'refused' as const, detail }];
  });
}

/** All at once, and before anything is started. @returns the ports of the parts, and whose each is */
function mustBeFree(present: ReadonlySet<Part>, ports: Ports): ReadonlyMap<number, string> {
  const wantedBy = new Map<number, string>();
  for (const part of present) wantedBy.set(ports[part] ?? parts[part].port, parts[part].title);
  if (present.has('demo')) wantedBy.set(demoTlsPort, parts.demo.title);
  for (const part of componentParts.filter((name) => present.has(name))) {
    const further = components[part].furtherPorts?.(ports[part] ?? parts[part].port) ?? [];
    for (const port of further) wantedBy.set(port, parts[part].title);
  }
  const owners = portOwners([...wantedBy.keys()]);
  if (owners.length > 0) throw new UserError(sayPortOwners(owners, (port) => wantedBy.get(port) ?? 'the stack'));
  return wantedBy;
}
