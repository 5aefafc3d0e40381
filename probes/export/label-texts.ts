import { labelText } from './exposition.ts';

/** How many different pairs it keeps: phases, versions, record types are few, and what is not few is not worth keeping. */
const mostPairs = 1_000;

/** The text of labels that are made anew with every run and say one of a few things each time. */
export class LabelTexts {
  readonly #known = new Map<string, Map<string, string>>();
  #pairs = 0;

  of(labels: Readonly<Record<string, string>>): string {
    let only: string | undefined;
    for (const name in labels) {
      // Rare: a record of DNS, an info metric.
      if (only !== undefined) return labelText(labels);
      only = name;
    }
    const value = only === undefined ? undefined : labels[only];
    if (only === undefined || value === undefined) return '';
    const values = this.#known.get(only) ?? new Map<string, string>();
    const known = values.get(value);
    if (known !== undefined) return known;
    const text = labelText(labels);
    if (this.#pairs < mostPairs) {
      this.#pairs++;
      this.#known.set(only, values.set(value, text));
    }
    return text;
  }
}
