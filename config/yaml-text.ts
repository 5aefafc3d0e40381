import { Composer, type CST, type Document, Lexer, Parser, type YAMLError } from 'yaml';
import type { Fault } from './fault.ts';

/** Ten thousand probes of a few lines each, with room to spare. */
const maxLength = 4 * 1024 * 1024;
/** The composer calls itself for each level, so the depth is limited before it could run out of stack. */
const maxOpenTokens = 200;

/** The YAML document of the text, or the faults that make it none. Never throws, whatever the text is. */
export function parseYaml(source: string): { readonly document?: Document; readonly faults: readonly Fault[] } {
  if (source.length > maxLength) {
    const message = `the file is too large: ${source.length} characters, expected at most ${maxLength}`;
    return { faults: [{ span: { from: 0, to: 1 }, path: [], message }] };
  }
  const characters = strangeCharacters(source);
  if (characters.length > 0) return { faults: characters };

  const tokens: CST.Token[] = [];
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(source)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > maxOpenTokens) {
      const span = { from: parser.offset, to: parser.offset + 1 };
      return { faults: [{ span, path: [], message: 'nested too deeply for a configuration' }] };
    }
  }
  for (const token of parser.end()) tokens.push(token);

  // Keys that stand twice are found while reading the tree, which names the first one's line.
  const composer = new Composer({ version: '1.2', merge: true, uniqueKeys: false, logLevel: 'silent' });
  const [document, second] = [...composer.compose(tokens, true, source.length)];
  if (!document) return { faults: [] };
  const problems = [...document.errors, ...document.warnings];
  const faults = withoutSequel(problems).map((problem) => toFault(problem, source));
  if (second) {
    const message = 'a second document begins, expected one document in the file';
    const from = Math.min(second.range[0], source.length);
    faults.push({ span: { from, to: from + 1 }, path: [], message, hint: 'remove the line `---`' });
  }
  return { document, faults };
}

/** Where the parser lost the thread it tells every further token; the first one is enough. */
function withoutSequel(problems: readonly YAMLError[]): readonly YAMLError[] {
  const lost = problems.findIndex(({ message }) => strayToken.test(message));
  return problems.filter((problem, i) => i <= lost || !strayToken.test(problem.message));
}

const strayToken = /token in YAML stream|^Not a YAML token/i;

function toFault(error: YAMLError, source: string): Fault {
  const [at, end] = error.pos;
  // What is wrong with an indentation is told at the first word behind it.
  const from = error.code === 'BAD_INDENT' ? at + (/^ */.exec(source.slice(at))?.[0].length ?? 0) : at;
  const known = wordings.find(({ pattern }) => pattern.test(error.message));
  const message = known ? error.message.replace(known.pattern, known.message) : lowerFirst(error.message.trim());
  const hint = isBehindMoreThan(source, from) ? quoteMoreThan : known?.hint;
  return { span: { from, to: Math.max(end, from + 1) }, path: [], message: `not YAML: ${message}`, hint };
}

/** `queue: > 5`: in YAML `>` begins a text of several lines. */
function isBehindMoreThan(source: string, at: number): boolean {
  const line = source.slice(source.lastIndexOf('\n', at - 1) + 1, at + 1);
  return line.length < 1_000 && /:[ \t]+>[ \t]*[^\s>]?$/.test(line);
}

const quoteMoreThan = 'quote what begins with >: "> 5"';

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** The library's messages that its users would have to look up. */
const wordings: readonly { readonly pattern: RegExp; readonly message: string; readonly hint?: string }[] = [
  { pattern: /^Tabs are not allowed.*/s, message: 'a tab in the indentation', hint: 'YAML indents with spaces only' },
  {
    pattern: /^(?:Implicit keys|Implicit map keys) need.*/s,
    message: 'a key must be on one line and followed by a colon',
    hint: 'is a colon missing, or the space after it?',
  },
  {
    pattern: /^Nested mappings are not allowed.*/s,
    message: 'a second key on the same line',
    hint: 'put it on a line of its own, or quote the text: a colon and a space begin a value',
  },
  { pattern: /^Missing closing (.)quote.*/s, message: 'the quotation mark $1 is never closed' },
  { pattern: /^Flow (?:map|sequence) in block.*end with a (.).*/s, message: 'expected $1 here or before' },
  {
    pattern: /^Unresolved tag: (.*)/s,
    message: 'the tag $1 is not known',
    hint: 'no tag is needed here; quote a text that begins with !',
  },
  {
    pattern: /^Missing , or : between flow map items/,
    message: 'missing , or : between flow map items',
    hint: 'quote a key or a text with a bracket in it: "items[0].id"',
  },
  { pattern: /^All mapping items must.*/s, message: 'the keys of a map must start at the same column' },
  { pattern: /^Unexpected \S+ at node end.*/s, message: 'unexpected text behind a value' },
  { pattern: /^.*(?:token in YAML stream|not a YAML token).*/is, message: 'unexpected text: it belongs to no key' },
  { pattern: /^All sequence items must.*/s, message: 'the items of a list must start at the same column' },
];

/** Characters that no YAML file may hold: a sign of a binary file, of UTF-16, or of an accident. The first of each kind. */
function strangeCharacters(source: string): Fault[] {
  const faults = new Map<string, Fault>();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  for (const match of source.matchAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffd]|\r(?!\n)|\p{Cs}/gu)) {
    const code = match[0].codePointAt(0) ?? 0;
    const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
    if (faults.has(name)) continue;
    const span = { from: match.index, to: match.index + 1 };
    const hint = code === 0xd ? 'end lines with LF or CR LF' : 'save the file as UTF-8 text';
    faults.set(name, { span, path: [], message: `the character ${name} must not stand in the file`, hint });
  }
  return [...faults.values()];
}
