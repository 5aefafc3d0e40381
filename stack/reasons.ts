/**
 * Why a run ended as it did: a closed list, so that it can be a label. `words` is what a person reads in a page;
 * `verdict` is what the reason leads to. A reason says where in the exchange the trouble was, never what the cause is.
 */
export const reasons = {
  ok: { verdict: 'pass', words: 'as expected' },
  dns_failed: { verdict: 'fail', words: 'resolving the name failed' },
  dns_not_found: { verdict: 'fail', words: 'the name does not resolve' },
  connect_refused: { verdict: 'fail', words: 'the connection was refused' },
  connect_unreachable: { verdict: 'fail', words: 'the address cannot be reached' },
  connect_timeout: { verdict: 'fail', words: 'no answer to the connection attempt' },
  connect_reset: { verdict: 'fail', words: 'the connection was reset' },
  connect_open: { verdict: 'fail', words: 'the port is open and should be closed' },
  tls_handshake: { verdict: 'fail', words: 'the TLS handshake failed' },
  tls_timeout: { verdict: 'fail', words: 'the TLS handshake did not finish in time' },
  certificate_expired: { verdict: 'fail', words: 'the certificate has expired' },
  certificate_not_yet_valid: { verdict: 'fail', words: 'the certificate is not valid yet' },
  certificate_expiring: { verdict: 'fail', words: 'the certificate expires too soon' },
  certificate_name: { verdict: 'fail', words: 'the certificate is for another name' },
  certificate_untrusted: { verdict: 'fail', words: 'the certificate is not trusted' },
  certificate_chain: { verdict: 'fail', words: 'the certificate chain is incomplete' },
  certificate_client: { verdict: 'fail', words: 'the server refuses our certificate' },
  tls_version: { verdict: 'fail', words: 'the TLS version is wrong' },
  tls_cipher: { verdict: 'fail', words: 'the cipher is wrong' },
  proxy: { verdict: 'fail', words: 'the proxy on the way failed' },
  response_timeout: { verdict: 'fail', words: 'no answer in time' },
  body_timeout: { verdict: 'fail', words: 'the answer did not end in time' },
  response_closed: { verdict: 'fail', words: 'the connection closed before the answer was complete' },
  protocol: { verdict: 'fail', words: 'the answer breaks the protocol' },
  too_many_redirects: { verdict: 'fail', words: 'too many redirects' },
  redirect_private: { verdict: 'fail', words: 'a redirect leads into a private network' },
  body_too_large: { verdict: 'fail', words: 'the answer is larger than allowed' },
  status: { verdict: 'fail', words: 'the status is wrong' },
  header: { verdict: 'fail', words: 'a header is wrong' },
  body: { verdict: 'fail', words: 'the body is wrong' },
  json: { verdict: 'fail', words: 'the JSON is wrong' },
  slow: { verdict: 'fail', words: 'the answer came too late' },
  http_version: { verdict: 'fail', words: 'the HTTP version is wrong' },
  login: { verdict: 'fail', words: 'the login was refused' },
  query: { verdict: 'fail', words: 'the query failed' },
  answer: { verdict: 'fail', words: 'the answer is wrong' },
  not_serving: { verdict: 'fail', words: 'the service says that it does not serve' },
  no_reply: { verdict: 'fail', words: 'no reply to the echo requests' },
  dns_rcode: { verdict: 'fail', words: 'the name server answered with another code' },
  dns_records: { verdict: 'fail', words: 'the records of the name server are wrong' },
  file_missing: { verdict: 'fail', words: 'the file is not there' },
  file_old: { verdict: 'fail', words: 'the file is too old' },
  file_size: { verdict: 'fail', words: 'the size of the file is wrong' },
  file_checksum: { verdict: 'fail', words: 'the file is not what its checksum says' },
  beat_missed: { verdict: 'fail', words: 'the job has not reported in time' },
  beat_failed: { verdict: 'fail', words: 'the job reported a failure' },
  many_services: { verdict: 'fail', words: 'many services fail at the same time' },
  event_loop: { verdict: 'inconclusive', words: "the prober's event loop stood still" },
  uplink: { verdict: 'inconclusive', words: "the prober's own uplink is down" },
  not_permitted: { verdict: 'inconclusive', words: 'the prober is not allowed to do this' },
  resolver: { verdict: 'inconclusive', words: "the prober's own resolver did not answer" },
  descriptors: { verdict: 'inconclusive', words: 'the prober ran out of file descriptors' },
  internal: { verdict: 'inconclusive', words: 'the prober itself failed' },
} as const satisfies Record<string, { verdict: 'pass' | 'fail' | 'inconclusive'; words: string }>;

export type Reason = keyof typeof reasons;
export type Verdict = (typeof reasons)[Reason]['verdict'];
export const verdicts = ['pass', 'fail', 'inconclusive'] as const satisfies readonly Verdict[];

/** The reasons that a fail can have. */
export type FailReason = { [R in Reason]: (typeof reasons)[R]['verdict'] extends 'fail' ? R : never }[Reason];
