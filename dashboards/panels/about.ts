/** What every panel says of itself. */
export interface About {
  /** Unique in its dashboard, and never that of another panel that was there: links of people point to it. */
  readonly id: number;
  readonly title: string;
  /** What it shows, and what to do when it looks wrong. */
  readonly description: string;
  /** The alerts about what it shows: their runbooks are in its menu. */
  readonly alerts?: readonly string[];
}
