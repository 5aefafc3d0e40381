import type { TestImage } from '../images.ts';
import type { Stack, StackOptions } from '../stack.ts';

/** A cause that can be made here, and the alert that it must become. */
export interface FaultCase {
  readonly alert: string;
  /** In words, for people. */
  readonly cause: string;
  /** Words of the page and of its end, and of no other page while the case runs. */
  readonly title: string;
  /** What else the page says. */
  readonly says: readonly (string | RegExp)[];
  /** What it is about, where `watchpost plan` tells one from the other. */
  readonly subject: { readonly service?: string; readonly probe?: string; readonly slo?: string };
  /** The target takes connections and is silent. */
  readonly hangs?: boolean;
  /** Which part of the runs is bad, where `watchpost plan` speaks of a total outage. */
  readonly share?: number;
  /** What the rule waits for is that something is old. */
  readonly isAge?: true;
  /** How much later than the plan says, where what is broken is the way of every page. */
  readonly lateMs?: number;
  /** Where a channel is what is broken: the ones that are left. */
  readonly channels?: readonly Channel[];
  /** Cases that take hold of the same thing run one after the other. */
  readonly holds?: string;
  /** Nothing else runs meanwhile: it would be hurt. */
  readonly isAlone?: true;
  /** Images that it cannot do without. */
  readonly needs?: readonly TestImage[];
  readonly set: (site: Site) => Promise<Prop>;
}

export type Channel = 'slack' | 'mail';

/** Where a case stands, before the stack runs. */
export interface Site {
  readonly cleanup: AsyncDisposableStack;
  /** What several cases share: made for the first who asks. */
  once<T>(name: string, make: (site: Site) => Promise<T>): Promise<T>;
}

/** What a case puts there. */
export interface Prop {
  /** Entries of `services:` in watchpost.yaml, indented by two. */
  readonly services?: string;
  /** Files below `/run/secrets`. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly containers?: StackOptions['before'];
  /** Once the stack runs: from here on all is well. */
  readonly ready?: (stack: Stack) => Promise<void>;
  /** Makes the cause. Returns when it was there, in Unix milliseconds, where that is not at once. */
  readonly inject: (stack: Stack) => Promise<number | undefined>;
  readonly mend: (stack: Stack) => Promise<unknown>;
}

/** Nothing that is broken takes effect before it is called. */
export function atOnce(make: (stack: Stack) => Promise<unknown>): Prop['inject'] {
  return async (stack) => {
    await make(stack);
    return undefined;
  };
}
