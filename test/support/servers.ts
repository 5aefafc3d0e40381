import { GenericContainer, Wait } from 'testcontainers';
import { imageOf } from './found.ts';

/** A server of Debian's, as it is installed there, in a container of its own. */
export interface Server extends AsyncDisposable {
  /** Where its ports are reached from the test's side. */
  readonly host: string;
  /** The port there of one inside; `53/udp` for UDP. */
  port(inside: Port): number;
  /** Its own address on the network of containers: for protocols without ports. */
  readonly address: string;
  /** All it has printed so far. */
  logs(): string;
  /** Runs a command in it, by `sh -c`, and returns what that printed; throws when it ends with an error. */
  exec(command: string): Promise<string>;
}

export type Port = number | `${number}/udp`;

export interface ServerOptions {
  /** For `sh -c`, as root. The last of it is `exec …`, so that the server gets the signal to stop. */
  readonly command: string;
  readonly ports: readonly Port[];
  /** Path to text, put there before the command runs, readable by everybody. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** What it prints once it answers; a command that succeeds then; or that its ports are open. */
  readonly ready: RegExp | { readonly command: string } | 'ports';
}

/**
 * Starts a server from the image that holds all of them. A test that needs one is skipped, by name, where
 * `missing(['servers'])` says why.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { command, ports, files = {}, env = {}, ready } = options;
  let printed = '';
  const starting = new GenericContainer(imageOf('servers'))
    .withEntrypoint(['sh', '-c', command])
    .withExposedPorts(...ports)
    .withEnvironment({ ...env })
    .withCopyContentToContainer(Object.entries(files).map(([target, content]) => ({ content, target, mode: 0o644 })))
    .withWaitStrategy(waitFor(ready))
    .withLogConsumer((stream) => {
      stream.on('data', (chunk: Buffer | string) => {
        printed += String(chunk);
      });
    })
    .withStartupTimeout(180_000)
    .start();
  const running = await starting.catch((cause: unknown) => {
    throw new Error(`the server did not start; it printed:\n${printed}`, { cause });
  });
  const [network = ''] = running.getNetworkNames();
  // `localhost` may also be ::1, where Docker need not publish.
  const host = running.getHost() === 'localhost' ? '127.0.0.1' : running.getHost();
  return {
    host,
    port: (inside) => (typeof inside === 'number' ? running.getMappedPort(inside) : running.getMappedPort(inside)),
    address: running.getIpAddress(network),
    logs: () => printed,
    async exec(line) {
      const { exitCode, output } = await running.exec(['sh', '-c', line]);
      if (exitCode !== 0) throw new Error(`${line} ended with ${exitCode}: ${output}`);
      return output;
    },
    [Symbol.asyncDispose]: async () => {
      await running.stop({ timeout: 1_000 });
    },
  };
}

function waitFor(ready: ServerOptions['ready']) {
  if (ready === 'ports') return Wait.forListeningPorts();
  return ready instanceof RegExp ? Wait.forLogMessage(ready) : Wait.forSuccessfulCommand(ready.command);
}
