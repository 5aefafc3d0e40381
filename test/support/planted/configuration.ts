import type { PlantedSecrets } from './secrets.ts';

type Probe = Readonly<Record<string, unknown>>;

/** Probes whose every option that may hold a secret does; `port` is that of a server on loopback. */
export function plantedProbes(port: number, planted: PlantedSecrets): Readonly<Record<string, Probe>> {
  const at = `127.0.0.1:${port}`;
  const v = (field: string) => planted.variable(field);
  const asking = (kind: string) => ({
    headers: { 'x-api-key': v(`${kind} headers`), authorization: `Token ${v(`${kind} authorization`)}` },
    body: `{"password":"${v(`${kind} body`)}"}`,
    method: 'POST',
  });
  const url = (kind: string, path: string) =>
    `http://monitor:${v(`${kind} password of the URL`)}@${at}/${path}?key=${v(`${kind} query`)}`;
  const plain = (path: string) => `http://${at}/${path}`;
  const ways = (kind: string) => ({
    basic: { user: 'monitor', password: v(`${kind} basic`) },
    bearer: v(`${kind} bearer`),
    oauth2: {
      token_url: `http://u:${v(`${kind} token_url password`)}@${at}/token?key=${v(`${kind} token_url query`)}`,
      client_id: 'monitor',
      client_secret: v(`${kind} client_secret`),
    },
    proxy: `http://monitor:${v(`${kind} proxy`)}@${at}`,
  });
  const ready = { json: { status: 'ready' } };
  const http = ways('http');
  const flow = ways('flow');
  return {
    'http-url': { http: url('http', 'echo') },
    'http-headers': { http: plain('echo'), ...asking('http') },
    'http-passes': { http: plain('ok'), ...asking('http passes') },
    'http-json': { http: url('http json', 'ok'), expect: ready },
    'http-body': { http: url('http not_body', 'ok'), expect: { not_body: '/said.*/' } },
    'http-absent': { http: url('http body', 'ok'), expect: { body: 'nowhere', headers: { 'x-echo': 'nowhere' } } },
    'http-redirect': { http: plain('redirect'), redirects: 2, expect: ready },
    'http-basic': { http: plain('echo'), basic: http.basic },
    'http-bearer': { http: plain('echo'), bearer: http.bearer },
    'http-oauth2': { http: plain('echo'), oauth2: http.oauth2 },
    'http-proxy': { http: plain('echo'), proxy: http.proxy },
    flow: {
      flow: [
        {
          ...{ name: 'log in', http: url('flow', 'ok'), ...asking('flow') },
          save: { token: { header: 'x-token' }, word: { json: 'token' } },
        },
        { name: 'ask', http: `${plain('ok')}?token={{token}}`, basic: flow.basic },
        { name: 'ask again', http: plain('ok'), bearer: flow.bearer },
        { name: 'and again', http: plain('ok'), oauth2: flow.oauth2 },
        { name: 'ask {{word}}', http: plain('{{token}}'), headers: { 'x-token': '{{token}}' }, expect: ready },
      ],
    },
    'flow-proxy': { flow: [{ name: 'by proxy', http: plain('ok'), proxy: flow.proxy, expect: ready }] },
    grpc: {
      grpc: at,
      metadata: { 'x-api-key': v('grpc metadata'), authorization: `Bearer ${v('grpc authorization')}` },
    },
    websocket: {
      websocket: `ws://monitor:${v('websocket password of the URL')}@${at}/echo?key=${v('websocket query')}`,
      ...{ send: v('websocket send'), expect: { message: 'ready' } },
    },
    'websocket-headers': {
      websocket: `ws://${at}/echo`,
      headers: { authorization: `Bearer ${v('websocket headers')}` },
    },
    tcp: {
      tcp: at,
      dialogue: [{ send: `LOGIN ${v('tcp send')}\r\n` }, { expect: 'ready' }],
    },
    'tcp-hex': { tcp: at, dialogue: [{ send_hex: planted.hexVariable('tcp send_hex') }, { expect: 'ready' }] },
    'tcp-bytes': { tcp: at, dialogue: [{ send_hex: planted.hexVariable('tcp send_hex') }, { expect_hex: '00' }] },
    'redis-url': { redis: `redis://monitor:${v('redis password of the URL')}@${at}/0` },
    redis: { redis: at, password: v('redis password') },
    'postgres-url': { postgres: `postgres://monitor:${v('postgres password of the URL')}@${at}/app` },
    postgres: { postgres: `postgres://monitor@${at}/app`, password: v('postgres password') },
    'expect-json': { http: plain('ok'), expect: { json: { said: v('http expect.json') } } },
    'expect-body': { http: plain('ok'), expect: { body: [v('http expect.body'), `/a ${v('http expect.body')}/`] } },
    'expect-expression': { http: plain('ok'), expect: { body: `/a ${v('http expect.body expression')}/` } },
    'expect-long': { http: plain('ok'), expect: { body: `${'a '.repeat(20)}${v('http expect.body, cut off')}` } },
    'expect-header': { http: plain('ok'), expect: { headers: { 'x-echo': v('http expect.headers') } } },
    'expect-no-header': {
      http: plain('ok'),
      headers: { 'x-word': v('http not_headers') },
      expect: { not_headers: { 'x-echo': 'GET' } },
    },
    'expect-flow': { flow: [{ name: 'ask', http: plain('ok'), expect: { json: { said: v('flow expect.json') } } }] },
    'expect-tcp': { tcp: at, dialogue: [{ send: 'PING\r\n' }, { expect: v('tcp expect') }] },
    'expect-hex': { tcp: at, dialogue: [{ send: 'PING\r\n' }, { expect_hex: planted.hexVariable('tcp expect_hex') }] },
    'expect-websocket': { websocket: `ws://${at}/echo`, send: 'PING', expect: { message: v('websocket expect') } },
    'expect-redis': { redis: at, expect: { reply: v('redis expect') } },
    'expect-smtp': { smtp: at, expect: { banner: v('smtp expect') } },
    smtp: { smtp: at, tls: false, starttls: true, username: 'monitor', password: v('smtp password') },
  };
}
