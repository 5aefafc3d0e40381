import type { Config, OfficeHours } from '../../config/model.ts';
import type { YamlValue } from '../../stack/generated-yaml.ts';

const name = 'office-hours';

const longNames = {
  mon: 'monday',
  tue: 'tuesday',
  wed: 'wednesday',
  thu: 'thursday',
  fri: 'friday',
  sat: 'saturday',
  sun: 'sunday',
} as const;

/** As Alertmanager writes them. It knows minutes only. */
export function officeHoursInterval({ from, to, days, timeZone }: OfficeHours): YamlValue {
  return {
    name,
    time_intervals: [
      {
        times: [{ start_time: from.slice(0, 5), end_time: to.slice(0, 5) }],
        weekdays: days.map((day) => longNames[day]),
        location: timeZone,
      },
    ],
  };
}

/** For a route of warnings: what begins at night is sent in the morning, if it lasts. A route does not hand this on. */
export function inOfficeHours({ officeHours }: Config): { readonly active_time_intervals?: readonly string[] } {
  return officeHours ? { active_time_intervals: [name] } : {};
}
