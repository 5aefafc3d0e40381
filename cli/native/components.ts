import { join } from 'node:path';
import { lokiGrpcAbove, mailpitSmtpPort, type Part } from '../../stack/parts.ts';
import type { Surroundings } from '../../stack/surroundings.ts';

/** The parts that run as child processes. The probe service and the demo app run in the process of `up` itself. */
export type ComponentPart = Exclude<Part, 'watchpost' | 'demo'>;

export interface Component {
  /** Names of its program: the project's own, then Debian's. */
  readonly programs: readonly string[];
  /** Answers 200 when the component can work. */
  readonly readyPath: string;
  /** Ports besides the one of its web pages, which is given. */
  readonly furtherPorts?: (port: number) => readonly number[];
  /** Without this part it would have nothing to do. */
  readonly needs?: Part;
  /** The program, and its arguments, that accept or refuse the generated configuration without starting anything. */
  readonly check?: (surroundings: Pick<Surroundings, 'folder'>) => {
    readonly programs: readonly string[];
    readonly args: readonly string[];
  };
  /** How to get it on Debian. */
  readonly install: string;
}

/** In the order of the table that `up` prints. */
export const components: Readonly<Record<ComponentPart, Component>> = {
  prometheus: {
    programs: ['prometheus'],
    readyPath: '/-/ready',
    check: ({ folder }) => ({
      programs: ['promtool'],
      args: ['check', 'config', join(folder('prometheus'), 'prometheus.yaml')],
    }),
    install: 'apt-get install prometheus',
  },
  alertmanager: {
    programs: ['alertmanager', 'prometheus-alertmanager'],
    readyPath: '/-/ready',
    check: ({ folder }) => ({
      programs: ['amtool'],
      args: ['check-config', join(folder('alerts'), 'alertmanager.yaml')],
    }),
    install: 'apt-get install prometheus-alertmanager',
  },
  loki: {
    programs: ['loki'],
    readyPath: '/ready',
    furtherPorts: (port) => [port + lokiGrpcAbove],
    check: ({ folder }) => ({
      programs: ['loki'],
      args: ['-verify-config', `-config.file=${join(folder('loki'), 'loki.yaml')}`],
    }),
    install: "apt-get install loki (from Grafana's apt repository)",
  },
  alloy: {
    programs: ['alloy'],
    readyPath: '/-/ready',
    needs: 'loki',
    check: ({ folder }) => ({ programs: ['alloy'], args: ['validate', join(folder('loki'), 'config.alloy')] }),
    install: "apt-get install alloy (from Grafana's apt repository)",
  },
  grafana: {
    programs: ['grafana', 'grafana-server'],
    readyPath: '/api/health',
    install: "apt-get install grafana (from Grafana's apt repository)",
  },
  'node-exporter': {
    programs: ['node_exporter', 'prometheus-node-exporter'],
    readyPath: '/',
    install: 'apt-get install prometheus-node-exporter',
  },
  cadvisor: {
    programs: ['cadvisor'],
    readyPath: '/healthz',
    install: "one program, from cAdvisor's releases, into /usr/local/bin; it needs root",
  },
  mailpit: {
    programs: ['mailpit'],
    furtherPorts: () => [mailpitSmtpPort],
    readyPath: '/readyz',
    install: "one program, from the Mailpit project's releases, into /usr/local/bin",
  },
};

export const componentParts = Object.keys(components) as readonly ComponentPart[];
