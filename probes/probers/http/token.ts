import { z } from 'zod';
import type { Secret } from '../../../stack/secret.ts';
import { Failure } from '../../net/failure.ts';
import { headerText } from '../schemas.ts';
import type { Exchanged } from './exchange.ts';

/** What a token is asked for with. */
export interface Client {
  readonly token_url: URL;
  readonly client_id: string;
  readonly client_secret: Secret;
  readonly scopes: readonly string[];
}

/** The answer of a token endpoint (RFC 6749, section 5.1), as far as it is used. */
const tokenSchema = z.looseObject({
  access_token: z.string().min(1),
  token_type: z.string().optional(),
  expires_in: z.coerce.number().positive().optional(),
});

/** How long before its end a token is not used any more: it has to hold for the run that begins with it. */
const marginMs = 30_000;
/** How long one is kept whose answer does not say when it ends. */
const usualMs = 300_000;

/** The tokens of the probes that run, by their options: they are the same object in each run, and gone with the probe. */
export class Tokens {
  readonly #kept = new WeakMap<object, { readonly token: string; readonly untilMs: number }>();

  /** @param fetch asks the endpoint; throws a `Failure` */
  async get(client: Client, nowMs: number, fetch: () => Promise<Exchanged>): Promise<string> {
    const kept = this.#kept.get(client);
    if (kept && nowMs < kept.untilMs) return kept.token;
    const { access_token: token, expires_in: seconds } = tokenOf(await fetch());
    const lastsMs = seconds === undefined ? usualMs : Math.max(0, seconds * 1_000 - marginMs);
    this.#kept.set(client, { token, untilMs: nowMs + lastsMs });
    return token;
  }

  /** The target did not take it. */
  drop(client: Client): void {
    this.#kept.delete(client);
  }
}

/** The body of the request (RFC 6749, section 4.4.2). */
export function tokenRequest({ scopes }: Client): string {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (scopes.length > 0) form.set('scope', scopes.join(' '));
  return form.toString();
}

/** Never shows the answer: what it holds is a credential. */
function tokenOf({ status, body }: Exchanged): z.output<typeof tokenSchema> {
  const expected = 'a token from the token endpoint';
  if (status !== 200) throw new Failure('status', `status ${status} from the token endpoint`, expected);
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    throw new Failure('json', 'no JSON from the token endpoint', expected);
  }
  const parsed = tokenSchema.safeParse(answer);
  if (!parsed.success) throw new Failure('json', 'an answer without access_token from the token endpoint', expected);
  if (!headerText.test(parsed.data.access_token))
    throw new Failure('json', 'a token that no header can hold from the token endpoint', expected);
  return parsed.data;
}
