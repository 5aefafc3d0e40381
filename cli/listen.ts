import { InvalidArgumentError } from 'commander';

export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** `127.0.0.1:9815`, `:9815` (every address), `[::1]:9815`; port 0 is any free one. */
export function parseListen(text: string): Listen {
  const match = /^(?:\[([^\]]+)\]|([^:\s]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) throw new InvalidArgumentError('It is HOST:PORT, such as 127.0.0.1:9815.');
  return { host: match[1] ?? (match[2] || '0.0.0.0'), port };
}

/** An http or https URL without a trailing slash. */
export function parseUrl(text: string): string {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new InvalidArgumentError('It is a URL, such as http://127.0.0.1:9093.');
  return text.replace(/\/+$/, '');
}
