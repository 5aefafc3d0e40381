import { flow, type YamlValue } from '../stack/generated-yaml.ts';

interface Timing {
  readonly interval?: string;
  /** How long failures do not count. */
  readonly startPeriod?: string;
}

/** A health check in the words of the image itself: not every one has a shell, or wget. */
export function healthCheck(
  test: readonly string[],
  { interval = '10s', startPeriod = '30s' }: Timing = {},
): YamlValue {
  return { test: flow(['CMD', ...test]), interval, timeout: '5s', retries: 3, start_period: startPeriod };
}

/** For images with busybox or wget. */
export function wget(url: string): readonly string[] {
  return ['wget', '-q', '-O', '/dev/null', url];
}

/** For images that have Node and nothing else. */
export function nodeFetch(url: string): readonly string[] {
  return ['node', '-e', `fetch('${url}').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`];
}

/** For images that have bash and nothing else. */
export function bashGet(port: number, path: string): readonly string[] {
  const script = `exec 3<>/dev/tcp/127.0.0.1/${port}; printf 'GET ${path} HTTP/1.0\\r\\n\\r\\n' >&3; grep -q ' 200 ' <&3`;
  return ['bash', '-c', script];
}
