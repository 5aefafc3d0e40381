/**
 * The metric catalogue: every series the probe service may export, and nothing else. Rules, dashboards, docs and the
 * exporter derive from this table. Names without `watchpost_` mean what they mean in blackbox_exporter.
 */
export const metrics = {
  probe_success: g('1 if the last conclusive run passed, 0 if it failed.'),
  probe_duration_seconds: g('How long the last run took, all of it.'),
  probe_ip_protocol: g('4 or 6: the address family that was dialled.'),
  probe_dns_lookup_time_seconds: g('How long resolving the name took.'),
  probe_dns_duration_seconds: g(
    'How long each phase of the question to a name server took: resolve, connect, request. A phase that did not run is left out.',
    ['phase'],
  ),
  probe_dns_query_succeeded: g('1 if the name server answered the question, whatever it said, 0 otherwise.'),
  probe_dns_answer_rrs: g('How many records the answer section of the last answer had.'),
  probe_dns_authority_rrs: g('How many records the authority section of the last answer had.'),
  probe_dns_additional_rrs: g('How many records the additional section of the last answer had.'),
  probe_dns_serial: g('The serial number of the zone, where the answer had a SOA record.'),
  probe_icmp_duration_seconds: g(
    'How long resolving the name and, on average, a reply took: the phases resolve and rtt.',
    ['phase'],
  ),
  probe_icmp_reply_hop_limit: g('The hop limit of the last reply: how many routers it may still have passed.'),
  watchpost_probe_icmp_loss_ratio: g('The share of the echo requests that was not answered, 0 to 1.'),
  probe_grpc_duration_seconds: g(
    'How long each phase of the call took: resolve, connect, tls, check. A phase that did not run is left out.',
    ['phase'],
  ),
  probe_grpc_ssl: g('1 if the call went over TLS, 0 otherwise.'),
  probe_grpc_status_code: g('The code of gRPC that the call ended with: 0 is OK.'),
  probe_grpc_healthcheck_response: g('1 for what the service says of itself, 0 for what it does not.', [
    'serving_status',
  ]),
  probe_websocket_duration_seconds: g(
    'How long each phase of a WebSocket took: resolve, connect, tls, upgrade, message. A phase that did not run is left out.',
    ['phase'],
  ),
  probe_websocket_connection_upgraded: g('1 if the connection became a WebSocket, 0 otherwise.'),
  probe_websocket_status_code: g(
    'The status of the answer to the handshake of a WebSocket: 101 where it was accepted.',
  ),
  probe_http_status_code: g('The status of the last answer.'),
  probe_http_duration_seconds: g('How long each phase of the request took. A phase that did not run is left out.', [
    'phase',
  ]),
  probe_http_version: g(
    'Which version of HTTP the last answer had: 1, 1.1 or 2. Left out where no version is asked for or expected.',
  ),
  probe_http_redirects: g('How many redirects were followed. Left out when none was.'),
  watchpost_probe_flow_duration_seconds: g(
    'How long each step of a flow took, by its name. A step that did not run is left out.',
    ['phase'],
  ),
  probe_postgres_duration_seconds: g(
    'How long each phase of the probe of a PostgreSQL server took: resolve, connect, tls, login, query. A phase that did not run is left out.',
    ['phase'],
  ),
  probe_redis_duration_seconds: g(
    'How long each phase of the probe of a Redis server took: resolve, connect, tls, login, query. A phase that did not run is left out.',
    ['phase'],
  ),
  probe_smtp_duration_seconds: g(
    'How long each phase of the probe of a mail server took: resolve, connect, greeting, tls, login, envelope. A phase that did not run is left out.',
    ['phase'],
  ),
  probe_file_mtime_timestamp_seconds: g('When the file was last written to, in Unix time.'),
  probe_file_size_bytes: g('How large the file is.'),
  probe_ssl_earliest_cert_expiry: g(
    'When the first certificate of the chain expires, in Unix time. Kept when verification fails.',
  ),
  probe_ssl_last_chain_expiry_timestamp_seconds: g(
    'When the first certificate of the chain expires, in Unix time, where the chain leads to a trusted authority. Left out where it does not.',
  ),
  probe_tls_cipher_info: g('1: the cipher that was agreed.', ['cipher']),
  probe_tls_version_info: g('1: the TLS version that was agreed.', ['version']),
  probe_heartbeat_last_success_timestamp_seconds: g('When the job last reported a success, in Unix time.'),
  probe_heartbeat_expected_interval_seconds: g('How long after its last success the job must report the next one.'),
  watchpost_probe_heartbeat_grace_seconds: g('How long after that a report may still come before it is missed.'),
  watchpost_probe_heartbeat_deadline_timestamp_seconds: g(
    'When the next report is missed if it has not come by then, the grace included, in Unix time.',
  ),
  probe_heartbeat_job_duration_seconds: g('How long the last run of the job took that succeeded, as far as it said.'),
  watchpost_probe_down: g('1 while the probe is confirmed down, 0 otherwise. What rules and the fast path use.', [
    'severity',
    'team',
  ]),
  watchpost_probe_failing_info: g(
    '1 while the probe is confirmed down: why, what was found and what was expected, what came of trying it otherwise and what is different from the last good run, as they were when it was confirmed.',
    ['reason', 'found', 'expected', 'diagnosis', 'changed'],
  ),
  watchpost_probe_down_since_timestamp_seconds: g(
    'When the first run of the failure began, in Unix time. Left out while up.',
  ),
  watchpost_probe_last_run_timestamp_seconds: g('When the last run ended, in Unix time.'),
  watchpost_probe_interval_seconds: g('The configured interval.'),
  watchpost_probe_schedule_lateness_seconds: g('How late the last scheduled run started.'),
  watchpost_probe_runs_total: c('Scheduled runs by verdict, without those in a maintenance window.', ['verdict']),
  watchpost_probe_maintenance_runs_total: c(
    'Scheduled runs in a maintenance window by verdict; they are in no other count of runs. Left out where there was none.',
    ['verdict'],
  ),
  watchpost_probe_skipped_runs_total: c('Scheduled runs that were left out because the one before had not ended.'),
  watchpost_probe_info: g('1: what the configuration says of the probe.', ['kind', 'severity', 'team']),
  watchpost_service_maintenance: own(
    'gauge',
    '1 while the service is in a maintenance window, 0 otherwise. Left out for a service that no window names.',
    ['service'],
  ),
  watchpost_slo_latency_runs_total: own(
    'counter',
    'Scheduled runs that passed, outside of maintenance windows, of services with a latency objective: fast ones and slow ones.',
    ['service', 'speed'],
  ),
  watchpost_slo_first_run_timestamp_seconds: own(
    'gauge',
    'When the first run ended that counted for the objective (`availability`: passed or failed; `latency`: passed), in Unix time. Kept over restarts. Only the time before it counts as good without a run.',
    ['service', 'slo'],
  ),
  watchpost_service_probe_duration_seconds: own(
    'histogram',
    'Durations of scheduled runs, by service, without those in a maintenance window.',
    ['service'],
  ),
  watchpost_config_last_reload_successful: own('gauge', '1 if the last attempt to load the configuration succeeded.'),
  watchpost_config_last_reload_success_timestamp_seconds: own(
    'gauge',
    'When the configuration was last loaded, in Unix time.',
  ),
  watchpost_config_info: own('gauge', '1: the hash of the configuration that is running.', ['hash']),
  watchpost_build_info: own('gauge', '1: the version that is running.', ['version', 'node']),
  watchpost_fast_path_posts_total: own('counter', 'Posts of alerts to Alertmanager by result.', ['result']),
  watchpost_notifications_total: own('counter', 'Messages sent by the probe service itself, by channel and result.', [
    'channel',
    'result',
  ]),
  watchpost_receipts_total: own('counter', 'Notifications that Alertmanager delivered to the receipt log.', ['status']),
  watchpost_alert_path_last_success_timestamp_seconds: own(
    'gauge',
    'When the Watchdog alert last came back through Alertmanager with a nonce that it had not had before, in Unix time.',
    ['source'],
  ),
  watchpost_alert_path_awaited_since_timestamp_seconds: own(
    'gauge',
    'Since when the Watchdog alert is awaited: when the probe service started, in Unix time. Left out where it is not.',
    ['source'],
  ),
  watchpost_alert_path_seconds: own(
    'gauge',
    'How old the nonce was that the Watchdog alert last came back with: the way from a scrape, or from a log record, to the webhook, the pauses between two sendings (up to 95 s, and of `loki` 135 s) included.',
    ['source'],
  ),
  watchpost_alert_path_nonce: own(
    'gauge',
    'A random number, another one every 5 s: the Watchdog alert carries it back as an annotation. Left out where it is not awaited.',
  ),
  watchpost_fallback_active: own(
    'gauge',
    '1 while the path of alerts is broken at this stage, as far as the probe service can see, 0 otherwise. It then tells by itself what Alertmanager cannot.',
    ['stage'],
  ),
  watchpost_fallback_waiting_messages: own(
    'gauge',
    'How many messages of the fallback pager are still to be delivered, by channel.',
    ['channel'],
  ),
  watchpost_outbound_heartbeats_total: own(
    'counter',
    'Requests to the URL that `heartbeat_url_file` holds, by result; `withheld`: none was made, because the probe service was not well.',
    ['result'],
  ),
  watchpost_outbound_heartbeat_last_success_timestamp_seconds: own(
    'gauge',
    'When that URL last answered 2xx, in Unix time. Left out before, and where there is none.',
  ),
  watchpost_log_records_total: own(
    'counter',
    'Log records by what became of them on their way to the log store: `sent`, `refused` by it for good, or `dropped` because too much waited, or for too long.',
    ['result'],
  ),
  watchpost_log_waiting_records: own('gauge', 'How many log records the log store has still to take.'),
  watchpost_log_waiting_bytes: own('gauge', 'How much room they take, on disk or in memory.'),
  watchpost_deployed_timestamp_seconds: own(
    'gauge',
    'When the version was deployed that was last reported for the service and colour, in Unix time.',
    ['service', 'version', 'colour'],
  ),
  watchpost_trace_spans_total: own(
    'counter',
    'Spans by what became of them on their way to the collector. Left out where nothing is traced.',
    ['result'],
  ),
  watchpost_service_failed_runs_total: own(
    'counter',
    'Runs that did not pass, by service, verdict and reason. A re-checked run counts once, as it ended.',
    ['service', 'verdict', 'reason'],
  ),
  watchpost_stuck_probes: own('gauge', 'How many probes are overdue by more than can be explained.'),
  watchpost_control_correct: own(
    'gauge',
    "One of the prober's own controls: 1 if its last conclusive run had the verdict that it must have, 0 if not.",
    ['control'],
  ),
  watchpost_control_last_run_timestamp_seconds: own(
    'gauge',
    'When the last conclusive run of a control ended, in Unix time.',
    ['control'],
  ),
  watchpost_state_writes_total: own('counter', 'Writes of the state to disk, several changes each, by result.', [
    'result',
  ]),
  watchpost_state_last_write_timestamp_seconds: own('gauge', 'When the state was last written to disk, in Unix time.'),
  watchpost_internal_errors_total: own('counter', 'Faults of the probe service itself, by place.', ['place']),
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof metrics;
export type MetricType = 'gauge' | 'counter' | 'histogram';

export interface MetricDefinition {
  readonly type: MetricType;
  readonly help: string;
  /** `probe`: also carries `service`, `probe`, `target`, `location`. `service`: of the probe service itself. */
  readonly scope: 'probe' | 'own';
  /** Labels besides those of the scope. */
  readonly labels: readonly string[];
}

function g(help: string, labels: readonly string[] = []): MetricDefinition {
  return { type: 'gauge', scope: 'probe', help, labels };
}
function c(help: string, labels: readonly string[] = []): MetricDefinition {
  return { type: 'counter', scope: 'probe', help, labels };
}
function own(type: MetricType, help: string, labels: readonly string[] = []): MetricDefinition {
  return { type, scope: 'own', help, labels };
}

/** Phases of an HTTP exchange, in order, as blackbox_exporter names them. */
export const httpPhases = ['resolve', 'connect', 'tls', 'processing', 'transfer'] as const;
export type HttpPhase = (typeof httpPhases)[number];

/** Phases of an exchange that begins with a login. */
export const loginPhases = ['resolve', 'connect', 'tls', 'login', 'query'] as const;
export type Phase = HttpPhase | (typeof loginPhases)[number] | 'greeting' | 'envelope';
