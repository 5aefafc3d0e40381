import { CookieJar } from 'tough-cookie';
import { mask } from '../mask.ts';

/** The cookies of one run: what one hop sets, the next ones send where they belong. Nothing of it outlives the run. */
export class Cookies {
  /** Most answers set none. */
  #jar: CookieJar | undefined;
  readonly #values: string[] = [];

  /** Keeps what an answer from `url` sets; what no browser would take is left out. */
  take(url: URL, headers: Readonly<Record<string, readonly string[]>>): void {
    for (const text of headers['set-cookie'] ?? []) {
      this.#jar ??= new CookieJar();
      const cookie = this.#jar.setCookieSync(text, url.href, { ignoreError: true });
      if (cookie) this.#values.push(cookie.value);
    }
  }

  /** Where an answer leads to: the values of its query are as good as cookies. */
  ledTo(url: URL): void {
    this.#values.push(...url.searchParams.values());
  }

  /** Takes their values out of a text: they are credentials, and a target may echo them. */
  hide(text: string): string {
    return this.#values.length === 0 ? text : mask(this.#values)(text);
  }

  /** The value of the header to send; undefined where there is none. */
  for(url: URL): string | undefined {
    return this.#jar?.getCookieStringSync(url.href) || undefined;
  }
}
