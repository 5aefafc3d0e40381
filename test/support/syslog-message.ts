/**
 * RFC 5424, of the facility local0 and the severity warning, with its length before it (RFC 6587): where messages end with a line
 * instead, the collector knows the end of one when the next begins.
 */
export function syslogMessage(line: string, at = new Date()): string {
  const message = `<132>1 ${at.toISOString()} fw1 kernel 17 - - ${line}`;
  return `${Buffer.byteLength(message)} ${message}`;
}
