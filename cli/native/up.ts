import { mkdir } from 'node:fs/promises';
import { parts } from '../../stack/parts.ts';
import { sayPath } from '../checkout.ts';
import { readConfig } from '../read-config.ts';
import { styled, type Terminal } from '../terminal.ts';
import { stopSignal, stopWithin } from '../until-stopped.ts';
import { UserError } from '../user-error.ts';
import { waitUntil } from '../wait-until.ts';
import { type ComponentPart, componentParts } from './components.ts';
import { nativeFolders } from './folders.ts';
import { type Ports, prepare } from './prepare.ts';
import { countProbes, report } from './report.ts';
import { NativeStack } from './stack.ts';
import { readState } from './state-file.ts';
import type { ChildEvent } from './supervisor.ts';

export interface NativeUpOptions {
  readonly configFile: string;
  readonly data: string;
  readonly ports: Ports;
  readonly terminal: Terminal;
}

/** How long the table waits for what starts slowly (Loki takes 15 s): the rest is told as it comes. */
const tableAfterMs = 5_000;

/** Runs the stack until Ctrl-C or SIGTERM, and returns when all of it has stopped. */
export async function upNatively({ configFile, data, ports, terminal }: NativeUpOptions): Promise<void> {
  const stopped = stopSignal();
  const stopping = new AbortController();
  void stopped.then(() => stopping.abort());
  const folders = nativeFolders(data);
  await mkdir(folders.data, { recursive: true });
  const running = await readState(folders.state);
  if (running) {
    throw new UserError(`${sayPath(folders.data)} is in use by process ${running.pid}; \`./watchpost down\` stops it`);
  }
  // Once with the variables, so that an undefined one ends it here; the generators never see a value.
  await readConfig(configFile, 'run');
  const prepared = await prepare(await readConfig(configFile, 'generate'), folders, ports);
  if (stopping.signal.aborted) return;
  const told = new Announcer(terminal);
  const stack = await NativeStack.start({
    prepared,
    configFile,
    folders,
    ports,
    write: (line) => told.say(line),
    watch: (title, event) => told.child(title, event),
  });
  try {
    const waiting = await settle(prepared.present, stack, stopping.signal);
    terminal.print(await report({ prepared, configFile, folders, service: stack.service, waiting, terminal }));
    told.open();
    for (const part of waiting) void tellWhenReady(part, stack, told, stopping.signal);
    await stopped;
  } finally {
    terminal.print('stopping');
    await stopWithin(15_000, () => stack[Symbol.asyncDispose]());
  }
  terminal.print('stopped; nothing is left running');
}

/** Waits until everything is ready and every probe has run, or for as long as the table may. @returns what is not ready */
async function settle(
  present: ReadonlySet<string>,
  stack: NativeStack,
  signal: AbortSignal,
): Promise<readonly ComponentPart[]> {
  await waitUntil({ limitMs: tableAfterMs, signal }, async () => {
    return (await slow(present, stack)).length === 0 && allRan(await countProbes(stack.service.url));
  });
  return await slow(present, stack);
}

async function slow(present: ReadonlySet<string>, stack: NativeStack): Promise<readonly ComponentPart[]> {
  const asked = componentParts.filter((part) => present.has(part));
  const ready = await Promise.all(asked.map((part) => stack.isReady(part)));
  return asked.filter((_, i) => !ready[i]);
}

function allRan({ pass, fail, planned }: { pass: number; fail: number; planned: number }): boolean {
  return pass + fail >= planned;
}

async function tellWhenReady(
  part: ComponentPart,
  stack: NativeStack,
  told: Announcer,
  signal: AbortSignal,
): Promise<void> {
  const ready = await waitUntil({ limitMs: 120_000, everyMs: 1_000, signal }, () => stack.isReady(part));
  if (signal.aborted) return;
  told.say(ready ? `${parts[part].title} is ready` : `${parts[part].title} is still not ready after 2 min`);
}

/** Keeps what happens during the start until the table has been printed. */
class Announcer {
  readonly #terminal: Terminal;
  #held: string[] | undefined = [];

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  say(line: string): void {
    if (this.#held) this.#held.push(line);
    else this.#terminal.print(line);
  }

  child(title: string, event: ChildEvent): void {
    if (event.kind === 'started') return;
    this.say(
      styled(this.#terminal, 'red', `${title} ${event.how}; it is started again in ${event.restartInMs / 1_000} s`),
    );
    for (const line of event.lastLines) this.say(styled(this.#terminal, 'dim', `  ${line}`));
  }

  open(): void {
    for (const line of this.#held ?? []) this.#terminal.print(line);
    this.#held = undefined;
  }
}
