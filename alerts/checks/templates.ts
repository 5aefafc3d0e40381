import type { Rule } from './check.ts';

/** A text of a rule that Prometheus reads as a template, and where it is. */
export interface TemplateText {
  readonly at: readonly string[];
  readonly text: string;
}

export function texts({ labels, annotations }: Rule): readonly TemplateText[] {
  return [
    ...Object.entries(labels).map(([name, text]) => ({ at: ['labels', name], text })),
    ...Object.entries(annotations).map(([name, text]) => ({ at: ['annotations', name], text })),
  ];
}

/** The actions in a text: what stands between the braces. */
export function actions(
  text: string,
): readonly { readonly text: string; readonly from: number; readonly to: number }[] {
  return [...text.matchAll(/\{\{-?\s*(.*?)\s*-?\}\}/gs)].map((match) => ({
    text: match[1] ?? '',
    from: match.index,
    to: match.index + match[0].length,
  }));
}
