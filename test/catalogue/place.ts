import { setTimeout as sleep } from 'node:timers/promises';
import { GenericContainer, Network, type StartedTestContainer, Wait } from 'testcontainers';
import type { TestImage } from '../support/images.ts';

/** Where a component runs while its metrics are read: a network of containers that ends with it. */
export interface Place {
  /** The image of a component that was found or built for this. */
  image(name: TestImage): string;
  /** A path on this machine of a program that only runs here, without a container. */
  start(options: ContainerOptions): Promise<Running>;
}

export interface ContainerOptions {
  /** Its name on the network. */
  readonly alias: string;
  readonly image: TestImage;
  /** The arguments of the image's program. */
  readonly args?: readonly string[];
  /** Instead of that program: for `sh -c`, the last of it `exec …`. */
  readonly command?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly port: number;
  /** Also changes the container before it starts. */
  readonly with?: (container: GenericContainer) => GenericContainer;
}

export interface Running {
  /** What it answers to a GET of this path. Retried until it is 200, for half a minute. */
  get(path: string): Promise<string>;
  post(path: string, body: unknown): Promise<void>;
  exec(command: string): Promise<string>;
}

export async function openPlace(images: ReadonlyMap<TestImage, string>): Promise<Place & AsyncDisposable> {
  await using cleanup = new AsyncDisposableStack();
  const network = await new Network().start();
  cleanup.defer(async () => {
    await network.stop();
  });
  const image = (name: TestImage) => {
    const found = images.get(name);
    if (found === undefined) throw new Error(`the image ${name} was not asked for`);
    return found;
  };
  const rest = cleanup.move();
  return {
    image,
    start: async (options) => {
      const { alias, args, command, files = {}, env = {}, port } = options;
      let container = new GenericContainer(image(options.image))
        .withNetwork(network)
        .withNetworkAliases(alias)
        .withEnvironment({ ...env })
        .withExposedPorts(port)
        .withCopyContentToContainer(
          Object.entries(files).map(([target, content]) => ({ target, content, mode: 0o644 })),
        )
        .withWaitStrategy(Wait.forListeningPorts())
        .withStartupTimeout(60_000);
      if (args) container = container.withCommand([...args]);
      if (command !== undefined) container = container.withEntrypoint(['sh', '-c', command]);
      const running = await (options.with?.(container) ?? container).start();
      rest.defer(async () => {
        await running.stop({ timeout: 1_000 });
      });
      return reached(running, port);
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

function reached(running: StartedTestContainer, port: number): Running {
  // `localhost` may also be ::1, where Docker need not publish.
  const host = running.getHost() === 'localhost' ? '127.0.0.1' : running.getHost();
  const base = `http://${host}:${running.getMappedPort(port)}`;
  return {
    get: async (path) => {
      let said = '';
      for (let i = 0; i < 60; i++) {
        const answer = await fetch(base + path, { headers: { accept: 'text/plain;version=0.0.4' } }).catch(String);
        if (typeof answer !== 'string' && answer.ok) return answer.text();
        said = typeof answer === 'string' ? answer : `status ${answer.status}`;
        await sleep(500);
      }
      throw new Error(`${base}${path}: ${said}`);
    },
    post: async (path, body) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${base}${path}: status ${answer.status}: ${await answer.text()}`);
    },
    exec: async (command) => {
      const { exitCode, output } = await running.exec(['sh', '-c', command]);
      if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}: ${output}`);
      return output;
    },
  };
}
