import { randomBytes } from 'node:crypto';

/** Fake secrets, each to be told from any other, also by its beginning alone: a text may be cut. */
export class PlantedSecrets {
  readonly #fields: string[] = [];
  readonly variables: Record<string, string> = {};

  /** A new one for a field. */
  secret(field: string): string {
    const number = String(this.#fields.push(field)).padStart(3, '0');
    return `plant${number}${randomBytes(8).toString('hex')}`;
  }

  /** The same as a variable: `${PLANTED1}`. */
  variable(field: string): string {
    const name = `PLANTED${this.#fields.length}`;
    this.variables[name] = this.secret(field);
    return `\${${name}}`;
  }

  /** The same in hexadecimal. */
  hexVariable(field: string): string {
    const name = `PLANTED${this.#fields.length}`;
    this.variables[name] = Buffer.from(this.secret(field)).toString('hex');
    return `\${${name}}`;
  }

  /** The fields whose secrets stand in a text: as they are, cut, in a URL, in base64 or in hexadecimal. */
  foundIn(text: string): readonly string[] {
    const decoded = [...text.matchAll(/[A-Za-z0-9+/_-]{12,}={0,2}/g)].flatMap(([word]) =>
      // It may begin anywhere in what was encoded.
      [0, 1, 2, 3].map((skipped) => Buffer.from(word.slice(skipped), 'base64').toString('latin1')),
    );
    const unhexed = [...text.matchAll(/(?:[0-9a-f]{2} ?){8,}/gi)].map(([word]) =>
      Buffer.from(word.replaceAll(' ', ''), 'hex').toString('latin1'),
    );
    const all = [text, ...decoded, ...unhexed].join('\n');
    const numbers = new Set([...all.matchAll(/plant(\d{3})/g)].map(([, number]) => Number(number)));
    return [...numbers].map((number) => this.#fields[number - 1] ?? `number ${number}`).sort();
  }
}
