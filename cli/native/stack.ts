import { join } from 'node:path';
import type { Config } from '../../config/model.ts';
import type { Service } from '../../probes/index.ts';
import { type Demo, startDemo } from '../../probes/testing/demo.ts';
import { componentCommand } from '../../stack/arguments.ts';
import { exporterName, hostUnits } from '../../stack/exporters.ts';
import { demoTlsPort, type Part, parts } from '../../stack/parts.ts';
import { startProbeService } from '../probe-service.ts';
import { answers } from '../wait-until.ts';
import { type ComponentPart, components } from './components.ts';
import { childOf, type NativeExporter, portsOf, sayExporter } from './exporters.ts';
import { grafanaArguments, prepareGrafana } from './grafana.ts';
import { type NativeFolders, type Ports, type Prepared, reachable } from './prepare.ts';
import { removeState, startTimeOf, writeState } from './state-file.ts';
import { Child, type ChildEvent } from './supervisor.ts';

export interface StackOptions {
  readonly prepared: Prepared;
  readonly configFile: string;
  readonly folders: NativeFolders;
  readonly ports: Ports;
  /** Lines of the probe service. */
  readonly write: (line: string) => void;
  /** `title` is what people call the child. */
  readonly watch: (title: string, event: ChildEvent) => void;
}

/** The parts of the native way while they run. Disposing stops all of them and leaves no process. */
export class NativeStack implements AsyncDisposable {
  readonly #options: StackOptions;
  readonly #children: Child[] = [];
  readonly #pids: Partial<Record<Part, number>> = {};
  readonly #stack = new AsyncDisposableStack();
  #service: Service | undefined;
  #written: Promise<void> = Promise.resolve();

  private constructor(options: StackOptions) {
    this.#options = options;
  }

  /** Resolves when everything was started; not all of it needs to be ready. */
  static async start(options: StackOptions): Promise<NativeStack> {
    const stack = new NativeStack(options);
    try {
      await stack.#start();
      return stack;
    } catch (error) {
      await stack[Symbol.asyncDispose]();
      throw error;
    }
  }

  get service(): Service {
    if (!this.#service) throw new Error('the probe service was asked for before it was started');
    return this.#service;
  }

  /** Whether the part can work now. */
  async isReady(part: Part): Promise<boolean> {
    if (part === 'watchpost' || part === 'demo') return true;
    return await answers(`http://${this.#options.prepared.surroundings.address(part)}${components[part].readyPath}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const children = this.#children.map((child) => child[Symbol.asyncDispose]());
    await Promise.all([...children, this.#stack.disposeAsync()]);
    await this.#written;
    await removeState(this.#options.folders.state);
  }

  async #start(): Promise<void> {
    const { prepared, ports } = this.#options;
    if (prepared.present.has('demo')) {
      this.#stack.use<Demo & AsyncDisposable>(
        await startDemo({ host: '127.0.0.1', port: ports.demo ?? parts.demo.port, tlsPort: demoTlsPort }),
      );
    }
    if (prepared.present.has('grafana')) await prepareGrafana(this.#options.folders.grafanaPassword);
    await this.#saveState();
    for (const part of prepared.programs.keys()) if (prepared.present.has(part)) this.#startChild(part);
    for (const exporter of prepared.exporters) this.#startExporter(exporter);
    this.#service = this.#stack.use(await this.#startService());
  }

  #startChild(part: ComponentPart): void {
    const { prepared, folders, watch } = this.#options;
    const program = prepared.programs.get(part);
    if (!program) throw new Error(`no program for ${part}`);
    const { urls, services, s3, otlp } = prepared.config;
    const { args, env } = componentCommand(part, prepared.surroundings, urls, {
      units: hostUnits(services),
      s3CredentialsFile: s3?.credentialsFile,
      isTraced: otlp !== undefined,
    });
    const command = {
      program,
      args: part === 'grafana' ? grafanaArguments(program, args) : args,
      env,
      log: join(folders.logs, `${part}.log`),
      cwd: prepared.surroundings.data(part),
    };
    const child = new Child(command, (event) => {
      if (event.kind === 'started') this.#pids[part] = event.pid;
      else delete this.#pids[part];
      void this.#saveState();
      watch(parts[part].title, event);
    });
    this.#children.push(child);
  }

  #startExporter(running: NativeExporter): void {
    const { prepared, folders, watch } = this.#options;
    const name = exporterName(running.exporter);
    const command = {
      ...childOf(running, prepared.surroundings, process.env),
      log: join(folders.logs, `${name}.log`),
      cwd: join(folders.data, name),
    };
    this.#children.push(new Child(command, (event) => watch(sayExporter(running.exporter), event)));
  }

  async #startService(): Promise<Service> {
    const { prepared, configFile, folders, ports, write } = this.#options;
    const { present, surroundings } = prepared;
    return await startProbeService({
      configFile,
      listen: { host: '127.0.0.1', port: ports.watchpost ?? parts.watchpost.port },
      ...(present.has('alertmanager') && { alertmanager: `http://${surroundings.address('alertmanager')}` }),
      ...(present.has('prometheus') && { prometheus: `http://${surroundings.address('prometheus')}` }),
      ...(present.has('loki') && {
        loki: `http://${surroundings.address('loki')}`,
        otlpLogs: `http://${surroundings.address('loki')}/otlp`,
      }),
      direct: !present.has('alertmanager'),
      data: folders.probeState,
      surroundings: () => surroundings,
      adapt: (config: Config) => reachable(config, present),
      write,
    });
  }

  /** One write after the other; the last one holds what is true then. */
  #saveState(): Promise<void> {
    const { configFile, folders, ports, prepared } = this.#options;
    this.#written = this.#written.then(async () => {
      const startTime = startTimeOf(process.pid);
      if (startTime === undefined) return;
      const present = [...prepared.present];
      await writeState(folders.state, {
        pid: process.pid,
        startTime,
        config: configFile,
        present,
        ports,
        exporters: Object.fromEntries(portsOf(prepared.exporters)),
        children: this.#pids,
      });
    });
    return this.#written;
  }
}
