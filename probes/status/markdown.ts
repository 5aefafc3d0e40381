import { escapeHtml } from './pages.ts';

/**
 * The Markdown that runbooks use, as HTML: headings, paragraphs, lists, fenced code, `code`, **bold**, [links](url).
 * Everything is escaped first, so that nothing else gets through.
 */
export function renderMarkdown(source: string): string {
  const out: string[] = [];
  let paragraph: string[] = [];
  let list: 'ul' | 'ol' | undefined;
  let code: string[] | undefined;

  const endParagraph = () => {
    if (paragraph.length > 0) out.push(`<p>${inline(paragraph.join(' '))}</p>`);
    paragraph = [];
  };
  const endList = () => {
    endItem();
    if (list) out.push(`</${list}>`);
    list = undefined;
  };
  let item: string[] = [];
  const endItem = () => {
    if (item.length > 0) out.push(`<li>${inline(item.join(' '))}</li>`);
    item = [];
  };
  const startItem = (kind: 'ul' | 'ol', text: string) => {
    endParagraph();
    if (list !== kind) {
      endList();
      out.push(`<${kind}>`);
      list = kind;
    }
    endItem();
    item = [text];
  };

  for (const line of source.split(/\r?\n/)) {
    if (code) {
      if (/^\s*```/.test(line)) {
        out.push(`<pre>${escapeHtml(code.join('\n'))}</pre>`);
        code = undefined;
      } else code.push(line);
      continue;
    }
    const heading = /^(#{1,4})\s+(.*)$/.exec(line);
    const bullet = /^\s*[-*]\s+(.*)$/.exec(line);
    const numbered = /^\s*\d+[.)]\s+(.*)$/.exec(line);
    if (/^\s*```/.test(line)) {
      endParagraph();
      endItem();
      code = [];
    } else if (heading) {
      endParagraph();
      endList();
      const level = heading[1]?.length ?? 1;
      out.push(`<h${level}>${inline(heading[2] ?? '')}</h${level}>`);
    } else if (bullet) startItem('ul', bullet[1] ?? '');
    else if (numbered) startItem('ol', numbered[1] ?? '');
    else if (line.trim() === '') {
      endParagraph();
      endItem();
    } else if (item.length > 0) item.push(line.trim());
    else {
      endList();
      paragraph.push(line.trim());
    }
  }
  if (code) out.push(`<pre>${escapeHtml(code.join('\n'))}</pre>`);
  endParagraph();
  endList();
  return out.join('\n');
}

/** Code spans are set aside first: nothing in them is markup. */
function inline(text: string): string {
  return text
    .split(/(`[^`]+`)/)
    .map((part) => {
      if (part.length > 2 && part.startsWith('`') && part.endsWith('`'))
        return `<code>${escapeHtml(part.slice(1, -1))}</code>`;
      return escapeHtml(part)
        .replaceAll(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
        .replaceAll(/\[([^\]]+)\]\((https?:\/\/[^\s)]+|\/[^\s)]*)\)/g, '<a href="$2">$1</a>');
    })
    .join('');
}
