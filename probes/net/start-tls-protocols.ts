/** Protocols in which TLS begins after a few words in the clear. */
export const startTlsProtocols = ['smtp', 'imap', 'pop3', 'ftp', 'postgres', 'xmpp'] as const;
export type StartTlsProtocol = (typeof startTlsProtocols)[number];
