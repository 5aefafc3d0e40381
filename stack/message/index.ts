/** The words of a page and their layout on each channel: one text for Alertmanager's templates and for the direct pager. */
export * from './facts.ts';
export * from './mail-html.ts';
export * from './mail-text.ts';
export * from './sentences.ts';
export * from './slack.ts';
export * from './time-range.ts';
