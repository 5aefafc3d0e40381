import type { Config } from '../../config/model.ts';
import { probeDown } from '../../stack/alert.ts';
import { dependents } from '../../stack/dependencies.ts';
import { manyServices } from '../../stack/many-services.ts';
import { dependenciesOf } from '../dependencies-of.ts';

/** An inhibition rule as Alertmanager writes it. */
export type InhibitRule = {
  readonly name: string;
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal?: readonly string[];
};

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
        `alertname=~"${probeDown}|ProbeStale|TargetDown|SLOBurnFast|SLOBurnSlow|SLOBurnTicket"`,
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
    ...['SLOBurnFast', 'SLOBurnSlow', 'SLOBurnTicket'].map((burn) =>
      sameSubject(`what is down burns its budget too (${burn})`, probeDown, burn, ['service']),
    ),
    sameSubject('a fast burn is a slow one too', 'SLOBurnFast', 'SLOBurnSlow', ['service', 'slo']),
    sameSubject('a fast burn needs no ticket', 'SLOBurnFast', 'SLOBurnTicket', ['service', 'slo']),
    sameSubject('nor does a slow one', 'SLOBurnSlow', 'SLOBurnTicket', ['service', 'slo']),
    sameSubject(
      'a certificate is announced by the more urgent alert',
      'CertificateExpiringVerySoon',
      'CertificateExpiringSoon',
      ['service', 'probe', 'target'],
    ),
  ];
}

/** One page for the database, none for those who depend on it. */
function dependencyRules(config: Config): readonly InhibitRule[] {
  const dependencies = dependenciesOf(config);
  return config.services.flatMap(({ name }) => {
    const children = dependents(dependencies, name);
    if (children.length === 0) return [];
    return [
      {
        name: `${name} is down and others depend on it`,
        source_matchers: [`alertname="${probeDown}"`, 'severity="critical"', `service="${name}"`],
        target_matchers: [
          `alertname=~"${probeDown}|ProbeStale|CertificateExpiringSoon|CertificateExpiringVerySoon"`,
          `service=~"${children.join('|')}"`,
        ],
      },
    ];
  });
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
