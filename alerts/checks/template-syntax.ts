import type { Check, Problem } from './check.ts';
import { actions, type TemplateText, texts } from './templates.ts';

const opens = /^(?:if|range|with|define|block)\b/;

/** A template that Prometheus cannot expand: the page then says so instead of what it should. */
export const templateSyntax: Check = {
  name: 'alerts/template',
  problems: (rule) => texts(rule).flatMap(textProblems),
};

function textProblems({ at, text }: TemplateText): readonly Problem[] {
  const [opened, closed] = [text.split('{{').length, text.split('}}').length];
  if (opened !== closed) return [{ message: 'a template whose braces do not pair', at }];
  let depth = 0;
  for (const { text: action, from, to } of actions(text)) {
    const span = { from, to };
    if (action === '') return [{ message: 'an empty template', at, span }];
    if (opens.test(action)) depth += 1;
    if (action === 'end') depth -= 1;
    if (depth < 0) return [{ message: '{{ end }} of nothing', at, span }];
    const [, variable] = /\$(\w+)/.exec(action.replaceAll(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '')) ?? [];
    if (variable !== undefined && !isVariable(variable, text)) {
      return [{ message: `there is no $${variable}`, hint: 'there are $labels, $value and $externalURL', at, span }];
    }
  }
  return depth === 0 ? [] : [{ message: '{{ end }} is missing', at }];
}

function isVariable(name: string, text: string): boolean {
  return (
    ['labels', 'value', 'externalURL', 'externalLabels'].includes(name) ||
    new RegExp(`\\$${name}\\b[^{}]*:=`).test(text)
  );
}
