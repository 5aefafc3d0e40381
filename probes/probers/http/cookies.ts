import { CookieJar } from 'tough-cookie';

/** The cookies of one run: what one hop sets, the next ones send where they belong. Nothing of it outlives the run. */
export class Cookies {
  /** Most answers set none. */
  #jar: CookieJar | undefined;

  /** Keeps what an answer from `url` sets; what no browser would take is left out. */
  take(url: URL, headers: Readonly<Record<string, readonly string[]>>): void {
    for (const text of headers['set-cookie'] ?? []) {
      this.#jar ??= new CookieJar();
      this.#jar.setCookieSync(text, url.href, { ignoreError: true });
    }
  }

  /** The value of the header to send; undefined where there is none. */
  for(url: URL): string | undefined {
    return this.#jar?.getCookieStringSync(url.href) || undefined;
  }
}
