import type { Check } from './check.ts';

/** An alert is named as a page says it, `PostgresDown`; what is recorded says its level and how: `job:requests:rate5m`. */
export const ruleName: Check = {
  name: 'rule/name',
  problems: ({ kind, name }) => {
    const at = [kind];
    if (kind === 'alert' && !/^[A-Z][A-Za-z0-9]*$/.test(name)) {
      return [{ message: `the alert is called ${JSON.stringify(name)}`, hint: 'letters and digits: DiskFull', at }];
    }
    if (kind === 'record' && !/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) {
      return [{ message: `${JSON.stringify(name)} is no name of a series`, hint: 'such as job:requests:rate5m', at }];
    }
    return [];
  },
};
