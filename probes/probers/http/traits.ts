import type { Recorder } from '../recorder.ts';
import type { Exchanged } from './exchange.ts';

/** A body is looked into for its version when it is about as short as that of a health check. */
const shortBody = 4_096;

/** What can be compared with another answer: the software, its version, how long the body is. */
export function traitsOf({ headers, body }: Exchanged, recorder: Recorder): void {
  const server = headers.server?.[0];
  if (server) recorder.trait('server', server);
  const version = headers['x-version']?.[0] ?? versionIn(body);
  if (version) recorder.trait('version', version);
  recorder.trait('size', `${body.length} characters`);
}

/** The field `version` of a JSON object. */
function versionIn(body: string): string | undefined {
  if (body.length > shortBody || !body.startsWith('{') || !body.includes('"version"')) return undefined;
  try {
    const { version } = JSON.parse(body) as { readonly version?: unknown };
    return typeof version === 'string' || typeof version === 'number' ? String(version) : undefined;
  } catch {
    // Whether it must be JSON is for the expectations to say.
    return undefined;
  }
}
