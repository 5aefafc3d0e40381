import type { TestImage } from '../support/images.ts';
import type { Place } from './place.ts';

/** One component of which the metrics are captured. */
export interface Component {
  /** The name of its file in `stack/catalogue/generated/`. */
  readonly name: string;
  /** What ran behind it, for the file. */
  readonly captured: string;
  /** The series whose label `version` says which one it is. */
  readonly versionOf: string;
  readonly images: readonly TestImage[];
  /** Starts it with real targets behind it, has happen what its metrics tell of, and gives its scrapes. */
  scrape(place: Place): Promise<readonly string[]>;
}
