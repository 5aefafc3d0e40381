import { CookieJar } from 'tough-cookie';
import { isEverydayValue } from '../everyday.ts';
import { credential, type Given, mask, named } from '../mask.ts';

/** The `set-cookie` lines of an answer, one character per byte: what they say goes back as it came, whatever its charset. */
export function cookieLines(raw: readonly string[]): readonly string[] {
  return raw.filter((_, i) => i % 2 === 1 && raw[i - 1]?.toLowerCase() === 'set-cookie');
}

/**
 * The cookies of one run: what one hop sets, the next ones send where they belong. Nothing of it outlives the run. Their bytes
 * are characters here, as the wire has them.
 */
export class Cookies {
  /** Most answers set none. */
  #jar: CookieJar | undefined;
  readonly #values: Given[] = [];

  /** Keeps what the lines of an answer from `url` set; what no browser would take is left out. */
  take(url: URL, lines: readonly string[]): void {
    for (const text of lines) {
      this.#jar ??= new CookieJar();
      const cookie = this.#jar.setCookieSync(text, url.href, { ignoreError: true });
      if (!cookie) continue;
      const { key, value } = cookie;
      this.#values.push(named(key, value), named(key, Buffer.from(value, 'latin1').toString('utf8')));
    }
  }

  /** Where an answer leads to: the values of its query are as good as cookies. */
  ledTo(url: URL): void {
    for (const [name, value] of url.searchParams) this.#values.push(named(name, value));
    this.#values.push(credential(url.password));
  }

  /**
   * Takes their values out of a text: they are credentials, and a target may echo them.
   * @param isOpen what is shown all the same
   */
  hide(text: string, isOpen: (value: string) => boolean): string {
    if (this.#values.length === 0) return text;
    const isSecret = ({ text: value, as }: Given) => (as === 'credential' || !isEverydayValue(value)) && !isOpen(value);
    return mask(this.#values.filter(isSecret).map(({ text: value }) => value))(text);
  }

  /** The value of the header to send; undefined where there is none. */
  for(url: URL): string | undefined {
    return this.#jar?.getCookieStringSync(url.href) || undefined;
  }
}
