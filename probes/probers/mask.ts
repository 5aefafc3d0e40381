/** Shorter ones stand in every text by chance, and to mask them would say what they are. */
const shortest = 4;

/** Takes secrets out of a text, also as they are written in a URL and in base64: a peer may send back what it was sent. */
export function mask(secrets: readonly string[]): (text: string) => string {
  const masked = [...new Set(secrets.flatMap(forms))].filter((secret) => secret.length >= shortest);
  masked.sort((a, b) => b.length - a.length);
  return (text) => masked.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
}

function forms(secret: string): readonly string[] {
  // Half a surrogate pair is in no URL.
  return [secret, encodeURIComponent(secret.toWellFormed()), Buffer.from(secret).toString('base64')];
}
