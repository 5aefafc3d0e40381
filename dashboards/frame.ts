import {
  ConstantVariableBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Urls } from '../stack/links.ts';
import type { DashboardUid } from '../stack/parts.ts';
import { criticalAlerts, deploys, lastDeploys } from './annotations.ts';
import { logsVariable, metricsVariable } from './panels/data.ts';

/** What a dashboard has to know of the place where it is shown. */
export interface Place {
  readonly urls: Urls;
  /** Whether there is a Loki to ask. */
  readonly withLogs: boolean;
  /** Runs are traced: points of the histograms lead to them. */
  readonly withTraces?: boolean;
}

export interface Frame {
  readonly uid: DashboardUid;
  /** Unique in the folder: Grafana refuses a second one. */
  readonly title: string;
  /** The question that the dashboard answers. */
  readonly description: string;
  /** The beginning of its time range. */
  readonly from: `now-${string}`;
  /** It has a variable `service`, and is marked only with what happened to that one. */
  readonly ofService?: true;
  /** Panels whose own colours say it: there the mark of a critical alert would colour what is green. By their ids. */
  readonly unmarked?: readonly number[];
}

/** By this tag dashboards find each other. */
const tag = 'watchpost';

/** What all dashboards have in common: the way to the others, where the data is, and what happened when. */
export function frame(given: Frame, { urls, withLogs }: Place): DashboardBuilder {
  const { uid, title, description, from, ofService, unmarked } = given;
  const match = ofService ? { service: { like: '$service' } } : {};
  const dashboard = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([tag])
    .refresh('30s')
    .time({ from, to: 'now' })
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .link(others())
    .annotation(criticalAlerts(match, unmarked))
    .annotation(withLogs ? deploys(match) : lastDeploys(match))
    .withVariable(metricsVariable())
    .withVariable(runbooksVariable(urls));
  return withLogs ? dashboard.withVariable(logsVariable()) : dashboard;
}

/** A menu, not a row of links: it has to fit on a phone. Time and service stay as they are. */
function others(): DashboardLinkBuilder {
  return new DashboardLinkBuilder('Dashboards')
    .type(DashboardLinkType.Dashboards)
    .tags([tag])
    .asDropdown(true)
    .includeVars(true)
    .keepTime(true);
}

/** Where `runbook` in `panels/links.ts` leads to. */
function runbooksVariable({ watchpost }: Urls): ConstantVariableBuilder {
  return new ConstantVariableBuilder('runbooks').value(`${watchpost}/runbooks`);
}
