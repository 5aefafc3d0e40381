import { type Dashboard, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardUids } from '../stack/parts.ts';
import { frame, type Place } from './frame.ts';
import { linesFound } from './panels/log-lines.ts';
import { byLevel, errorRatio, ingest, lost, loudest, topErrors } from './panels/log-volume.ts';
import { levelVariable, loggingServiceVariable, searchVariable } from './variables.ts';

/** What do they write, what of it is bad, and does all of it arrive? */
export function logs(place: Place): Dashboard {
  return frame(
    {
      uid: dashboardUids.logs,
      title: 'Logs',
      description: 'What do they write, what of it is bad, and does all of it arrive?',
      from: 'now-1h',
      ofService: true,
    },
    place,
  )
    .withVariable(loggingServiceVariable())
    .withVariable(levelVariable())
    .withVariable(searchVariable())
    .withPanel(byLevel().height(8).span(12))
    .withPanel(errorRatio().height(8).span(6))
    .withPanel(loudest().height(8).span(6))
    .withPanel(topErrors().height(9).span(24))
    .withPanel(linesFound().height(16).span(24))
    .withRow(new RowBuilder('Whether all of it arrives').id(100))
    .withPanel(ingest().height(7).span(12))
    .withPanel(lost().height(7).span(12))
    .build();
}
