import { type Arrived, arrived } from './pages.ts';
import { hostName, type Stack } from './stack.ts';

/** Long enough for a second page to be sent, were there one: the rule fires, and groups are flushed every 30 s. */
export const quietMs = 45_000;

/** So many services, each with one probe of this port of the host. */
export function services(count: number, name: string, port: number, rest = ''): string {
  const probe = `probes: { ready: { http: "http://${hostName}:${port}/" } }`;
  return Array.from({ length: count }, (_, i) => `  ${name}${i}: { ${rest}${probe} }\n`).join('');
}

/** What a person has read: what about, and whether it began or ended. That Prometheus is gone is told of as well, three minutes later. */
export function read(stack: Stack) {
  const say = ({ status, text }: Arrived) =>
    `${/([a-z0-9-]+\/[a-z-]+) is/.exec(text)?.[1] ?? text.slice(0, 80)} ${status}`;
  const { slack, mail } = all(stack);
  return { slack: slack.map(say), mail: mail.map(say) };
}

function all(stack: Stack): ReturnType<typeof arrived> {
  const isAboutProbes = ({ text }: Arrived) => !text.includes('The paging path is broken');
  const { slack, mail } = arrived(stack);
  return { slack: slack.filter(isAboutProbes), mail: mail.filter(isAboutProbes) };
}

/** The same on both channels. */
export function both(...told: readonly string[]) {
  return { slack: told, mail: told };
}
