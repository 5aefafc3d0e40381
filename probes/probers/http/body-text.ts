import { isUtf8 } from 'node:buffer';

/** A body as text, and what is to be said of how it was read. */
export interface BodyText {
  readonly text: string;
  readonly note?: string;
}

/**
 * Bytes as text: by the byte order mark, then by the charset of the content type, then as UTF-8. JSON is UTF-8 whatever its
 * content type says, wherever it can be (RFC 8259, section 8.1). Where no charset is given and nothing beyond ASCII is UTF-8,
 * it is windows-1252, as browsers read it, of which Latin-1 is a part.
 */
export function bodyText(bytes: Buffer, contentType: string | undefined): BodyText {
  const marked = byteOrderMark(bytes);
  if (marked !== undefined) return { text: new TextDecoder(marked).decode(bytes) };
  const charset = charsetOf(contentType);
  if (charset === undefined) return withoutCharset(bytes);
  if (utf8.test(charset)) return { text: bytes.toString('utf8') };
  if (/json/i.test(contentType ?? '') && isUtf8(bytes)) return { text: bytes.toString('utf8') };
  try {
    return { text: new TextDecoder(charset).decode(bytes), note: `a body in the charset ${charset}` };
  } catch {
    // Node knows no such charset; what is ASCII in it can be read all the same.
    return {
      text: bytes.toString('utf8'),
      note: `a body in the charset ${charset}, which is not known, read as UTF-8`,
    };
  }
}

function withoutCharset(bytes: Buffer): BodyText {
  const text = bytes.toString('utf8');
  if (!text.includes('\ufffd') || /[^\0-\x7f\ufffd]/.test(text)) return { text };
  return { text: new TextDecoder('windows-1252').decode(bytes), note: 'a body that is not UTF-8, read as Latin-1' };
}

const utf8 = /^utf-?8$/i;

function byteOrderMark(bytes: Buffer): string | undefined {
  const [first = 0, second, third] = bytes;
  if (first < 0xef) return undefined;
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return undefined;
}

/** `text/html; charset="utf-8"`. */
function charsetOf(contentType: string | undefined): string | undefined {
  if (contentType === undefined) return undefined;
  const found = /;\s*charset\s*=\s*["']?([^\s"';,]+)/i.exec(contentType);
  return found?.[1];
}
