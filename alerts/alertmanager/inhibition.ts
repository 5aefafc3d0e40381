import type { Config } from '../../config/model.ts';
import { probeDown } from '../../stack/alert.ts';
import { dependents } from '../../stack/dependencies.ts';
import type { ServiceKind } from '../../stack/kinds.ts';
import { manyServices } from '../../stack/many-services.ts';
import { dependenciesOf } from '../dependencies-of.ts';
import { wordOfAProbe } from '../rules/word-of-a-probe.ts';

/** An inhibition rule as Alertmanager writes it. */
export type InhibitRule = {
  readonly name: string;
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal?: readonly string[];
};

/** What an exporter says when its service is down, by kind; and then it cannot say anything else. */
const downByKind: Readonly<Record<ServiceKind, readonly string[]>> = {
  postgres: ['PostgresDown', 'PostgresConnectionsExhausted'],
  redis: ['RedisDown', 'RedisConnectionsExhausted'],
  nginx: ['NginxDown', 'NginxDroppingConnections'],
  host: ['HostDown'],
  containers: [],
};
const down = ['PostgresDown', 'RedisDown', 'NginxDown', 'HostDown'] as const;
/** What is not known, rather than wrong, of a service whose dependency is down. */
const unseen = [...down, 'ExporterFailing', 'TargetDown'];

/**
 * What is not worth a page of its own while something else is known. Alertmanager takes a label that is missing on both
 * sides for equal, so wherever `equal` names a label, both sides must have it: `service=~".+"`.
 */
export function inhibitRules(config: Config): readonly InhibitRule[] {
  return [
    {
      name: 'many services that fail at once are one page',
      source_matchers: [`alertname="${probeDown}"`, `service="${manyServices.service}"`],
      target_matchers: [
        `alertname=~"${[probeDown, 'ProbeStale', 'SLOBurnFast', 'SLOBurnSlow', 'SLOBurnTicket', ...unseen].join('|')}"`,
        'service=~".+"',
        `service!="${manyServices.service}"`,
      ],
    },
    ...dependencyRules(config),
    {
      name: 'nothing runs while the probe service is down',
      source_matchers: ['alertname="ProbeServiceDown"'],
      target_matchers: ['alertname=~"ProbeStale|ProbeMissing"'],
    },
    sameSubject('a probe that is down need not be stale too', probeDown, 'ProbeStale', ['service', 'probe']),
    sameSubject('a service that is down has no metrics either', probeDown, 'TargetDown', ['service']),
    sameSubject('a service that is down logs nothing', probeDown, 'LogSourceSilent', ['service']),
    {
      name: 'nothing is read while the log collector does not work',
      source_matchers: ['alertname="AlloyUnhealthy"'],
      target_matchers: ['alertname="LogSourceSilent"'],
    },
    {
      name: 'nor while it, or the log store, cannot be reached',
      source_matchers: ['alertname="TargetDown"', 'job=~"alloy|loki"'],
      target_matchers: ['alertname="LogSourceSilent"'],
    },
    ...['SLOBurnFast', 'SLOBurnSlow'].map((burn) =>
      critical(sameSubject(`what is down burns its budget too (${burn})`, probeDown, burn, ['service'])),
    ),
    sameSubject('what is down burns its budget too (SLOBurnTicket)', probeDown, 'SLOBurnTicket', ['service']),
    sameSubject('a fast burn is a slow one too', 'SLOBurnFast', 'SLOBurnSlow', ['service', 'slo']),
    sameSubject('a fast burn needs no ticket', 'SLOBurnFast', 'SLOBurnTicket', ['service', 'slo']),
    sameSubject('nor does a slow one', 'SLOBurnSlow', 'SLOBurnTicket', ['service', 'slo']),
    sameSubject(
      'a certificate is announced by the more urgent alert',
      'CertificateExpiringVerySoon',
      'CertificateExpiringSoon',
      ['service', 'probe', 'target'],
    ),
    ...moduleRules(config),
  ];
}

/** What a probe finds is paged first, and says more than what the exporter of the same service says later. */
function moduleRules(config: Config): readonly InhibitRule[] {
  const told = config.services.flatMap(({ name, kind, probes }): readonly InhibitRule[] => {
    if (!kind || downByKind[kind].length === 0) return [];
    const telling = probes.filter((probe) => wordOfAProbe[kind].tells.includes(probe.kind)).map((probe) => probe.name);
    if (telling.length === 0) return [];
    return [
      {
        name: `a probe says that ${name} is down, its exporter need not`,
        source_matchers: [
          `alertname="${probeDown}"`,
          'severity="critical"',
          `service="${name}"`,
          `probe=~"${telling.join('|')}"`,
        ],
        target_matchers: [`alertname=~"${[...downByKind[kind], 'ExporterFailing'].join('|')}"`, `service="${name}"`],
      },
    ];
  });
  return [
    ...told,
    ...down.map((alert) =>
      sameSubject(`what is down cannot be looked into (${alert})`, alert, 'ExporterFailing', ['service']),
    ),
    sameSubject('a host that is down has no metrics either', 'HostDown', 'TargetDown', ['service']),
    ...(
      [
        ['RedisConnectionsExhausted', 'RedisDown'],
        ['RedisConnectionsExhausted', 'RedisConnectionsHigh'],
        ['RedisConnectionsExhausted', 'ExporterFailing'],
        ['PostgresConnectionsExhausted', 'PostgresConnectionsHigh'],
      ] as const
    ).map(([source, target]) =>
      sameSubject(`no connection left says more (${source}, ${target})`, source, target, ['service']),
    ),
    sameSubject('a disk that is full does not fill', 'HostDiskCritical', 'HostDiskFilling', ['service', 'mountpoint']),
  ];
}

/** One page for the database, none for those who depend on it. */
function dependencyRules(config: Config): readonly InhibitRule[] {
  const dependencies = dependenciesOf(config);
  return config.services.flatMap(({ name, kind }) => {
    const children = dependents(dependencies, name);
    if (children.length === 0) return [];
    return [
      {
        name: `${name} is down and others depend on it`,
        source_matchers: [`alertname="${probeDown}"`, 'severity="critical"', `service="${name}"`],
        target_matchers: [
          `alertname=~"${[probeDown, 'ProbeStale', 'CertificateExpiringSoon', 'CertificateExpiringVerySoon', ...unseen].join('|')}"`,
          `service=~"${children.join('|')}"`,
        ],
      },
      // Not ProbeDown of the children: it is out before this one is, and a page that is muted has no end.
      ...(kind === 'host'
        ? [
            {
              name: `the host ${name} does not answer and others run on it`,
              source_matchers: ['alertname="HostDown"', `service="${name}"`],
              target_matchers: [`alertname=~"${unseen.join('|')}"`, `service=~"${children.join('|')}"`],
            },
          ]
        : []),
    ];
  });
}

/** Only by what everybody has heard of: a warning may wait for the office hours, and must not silence what pages at night. */
function critical(rule: InhibitRule): InhibitRule {
  const [alertname = '', ...others] = rule.source_matchers;
  return { ...rule, source_matchers: [alertname, 'severity="critical"', ...others] };
}

function sameSubject(name: string, source: string, target: string, labels: readonly string[]): InhibitRule {
  const present = labels.map((label) => `${label}=~".+"`);
  return {
    name,
    source_matchers: [`alertname="${source}"`, ...present],
    target_matchers: [`alertname="${target}"`, ...present],
    equal: labels,
  };
}
