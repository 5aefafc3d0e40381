/** Words that stand in answers and settings everywhere: as a secret they would keep nobody out, and masked they hide what went wrong. */
const words: ReadonlySet<string> = new Set(
  `true false null none undefined yes no on off enabled disabled public private internal external anonymous json xml html text plain
  utf-8 utf8 iso-8859-1 gzip deflate identity chunked close keep-alive no-cache no-store get head post put patch delete options http https
  production prod staging stage development dev test testing debug info warn warning error default main master latest stable beta
  ping pong ready live alive healthy health status state success okay up down start started starting running stop stopped
  probe probes monitor monitoring watchpost`.split(/\s+/),
);

/** Case and quotes aside. */
export function isEverydayWord(text: string): boolean {
  return words.has(text.toLowerCase().replaceAll(/^["']|["']$/g, ''));
}

/** A single word, a short number, a version, a day, a language, a media type. */
const everyday: readonly RegExp[] = [
  /^[a-z]{1,12}$/i,
  /^\d{1,5}$/,
  /^v?\d{1,4}(?:\.\d{1,4}){1,3}$/,
  /^\d{4}-\d\d-\d\d$/,
  /^[a-z]{2}[-_][a-z]{2}$/i,
  /^(?:application|text|image|audio|video|multipart|font|model|message|\*)\/[a-z0-9.+*-]{1,60}(?:\s*;\s*[a-z]+=[a-z0-9.-]{1,20})*$/i,
  /^XMLHttpRequest$/,
];

/** Whether a value whose name says nothing of a secret looks like none. */
export function isEverydayValue(text: string): boolean {
  return isEverydayWord(text) || everyday.some((pattern) => pattern.test(text));
}

/** Names of what proves who asks: `set-cookie`, `x-auth-token`, `apikey`, `code`. */
const credentialName =
  /cookie|auth|token|secret|session|passw|passphrase|credential|signature|jwt|csrf|xsrf|(?:^|[-_.])(?:api[-_]?|access[-_]?)?key(?:$|[-_.])|(?:^|[-_.])(?:api|access)key|^(?:code|pin|otp|pass|pwd|sig|sid|nonce|state|hash|hmac)$/i;

export function isCredentialName(name: string): boolean {
  return credentialName.test(name);
}
