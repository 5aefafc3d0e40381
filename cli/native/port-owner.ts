import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { count } from '../say-config.ts';

/** Who listens on a port. Without `pid` the kernel does not tell us: it is another user's process. */
export interface PortOwner {
  readonly port: number;
  readonly pid?: number;
  readonly name?: string;
}

/** The listeners on these ports that would keep us from listening on 127.0.0.1. Empty where /proc is missing. */
export function portOwners(ports: readonly number[]): readonly PortOwner[] {
  const inodes = listeningInodes();
  const taken = ports.filter((port) => inodes.has(port));
  if (taken.length === 0) return [];
  const holders = socketHolders(new Set(taken.map((port) => inodes.get(port) ?? '')));
  return taken.map((port) => ({ port, ...holders.get(inodes.get(port) ?? '') }));
}

/** Port → inode of the listening socket. The tables are described in proc_net_tcp(5): addresses in hex, 0A is LISTEN. */
function listeningInodes(): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readLines(file)) {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      const [address = '', port = ''] = local.split(':');
      if (state === '0A' && blocksLoopback(address)) found.set(Number.parseInt(port, 16), inode);
    }
  }
  return found;
}

/** Any address, or 127.0.0.1, in IPv4, IPv6 or mapped; each 32-bit word is in the host's byte order. */
function blocksLoopback(address: string): boolean {
  return /^0+$/.test(address) || address.endsWith('0100007F') || address.endsWith('7F000001');
}

function socketHolders(wanted: ReadonlySet<string>): ReadonlyMap<string, { pid: number; name: string }> {
  const holders = new Map<string, { pid: number; name: string }>();
  for (const entry of readFolder('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    for (const fd of readFolder(`/proc/${entry}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(readLink(`/proc/${entry}/fd/${fd}`))?.[1];
      if (inode && wanted.has(inode)) holders.set(inode, { pid: Number(entry), name: programName(entry) });
    }
  }
  return holders;
}

/** The program's name as it was started; the kernel's own short name (15 characters) where that cannot be read. */
function programName(pid: string): string {
  const [command = ''] = readLines(`/proc/${pid}/cmdline`)[0]?.split('\0') ?? [];
  return command.split('/').pop() || readLines(`/proc/${pid}/comm`)[0] || 'unknown';
}

function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    // No /proc, no IPv6, or the process has just ended.
    return [];
  }
}

function readFolder(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    // Another user's process, or one that has just ended.
    return [];
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // The descriptor was closed while we looked.
    return '';
  }
}

/** What to tell a person: each port with its owner, and how to free it. */
export function sayPortOwners(owners: readonly PortOwner[], wantedBy: (port: number) => string): string {
  const lines = owners.map(({ port, pid, name }) => {
    const owner = pid === undefined ? "another user's process (root may see which)" : `${name} (pid ${pid})`;
    return `port ${port}, which ${wantedBy(port)} needs, is taken by ${owner}`;
  });
  const hints = new Set(owners.map(({ name }) => hint(name)));
  return [
    `${count(owners.length, 'port')} taken; nothing was started:`,
    ...lines.map((line) => `  ${line}`),
    ...hints,
  ].join('\n');
}

function hint(name: string | undefined): string {
  if (name === 'docker-proxy') return 'A container publishes it; `./watchpost down` stops ours, `docker ps` shows all.';
  if (name?.startsWith('node')) return 'Perhaps another Watchpost: `./watchpost down` stops it.';
  return "Debian's packages start a daemon of their own: `systemctl disable --now NAME` stops it, or give our part another port: natively by --port PART=N, with Compose in compose.override.yaml.";
}
