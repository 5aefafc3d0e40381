import { isUtf8 } from 'node:buffer';

/** Headers by their names in lower case; names and values come by turns, one character per byte. */
export function byName(raw: readonly string[]): Record<string, string[]> {
  const headers: Record<string, string[]> = Object.create(null);
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase();
    const value = asText(raw[i + 1] ?? '');
    const known = headers[name];
    if (known) known.push(value);
    else headers[name] = [value];
  }
  return headers;
}

/**
 * Where an answer leads to. Bytes that are no UTF-8 go back as they came, percent-encoded: curl, Go and browsers do so, and
 * a server that writes a path in Latin-1 knows it by no other bytes.
 */
export function locationOf(raw: readonly string[]): string | undefined {
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const value = raw[i + 1];
    if (value === undefined || raw[i]?.toLowerCase() !== 'location') continue;
    if (!beyondAscii.test(value)) return value;
    const bytes = Buffer.from(value, 'latin1');
    return isUtf8(bytes) ? bytes.toString('utf8') : value.replaceAll(/[\x80-\xff]/g, percent);
  }
  return undefined;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

const beyondAscii = /[\x80-\xff]/;

/** Most of what is beyond ASCII in headers is UTF-8, whatever the standard says; the rest is Latin-1 (RFC 9110, section 5.5). */
function asText(value: string): string {
  if (!beyondAscii.test(value)) return value;
  const bytes = Buffer.from(value, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : value;
}
