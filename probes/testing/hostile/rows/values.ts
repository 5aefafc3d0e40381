import type { HostileRow } from '../row.ts';

const deep = `{"status":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;

/** What the target puts into values that the prober uses again: tokens, cookies, saved texts. */
export const valueRows: readonly HostileRow[] = [
  {
    name: 'sets a cookie in UTF-8 on a redirect to what is broken',
    kind: 'http',
    behaviour: 'redirect-with-cookie',
    query: encodeURIComponent('сессия'),
    reason: 'status',
    connections: 2,
    curl: '500, with -L -c',
  },
  {
    name: 'sets a cookie in Latin-1 on a redirect to itself',
    kind: 'http',
    responds: (socket) =>
      socket.end(
        Buffer.from(
          'HTTP/1.1 302 Found\r\nset-cookie: session=gr\xf6\xdfe\r\nlocation: /\r\nconnection: close\r\ncontent-length: 0\r\n\r\n',
          'latin1',
        ),
      ),
    reason: 'too_many_redirects',
    connections: 11,
    curl: '(47) Maximum (10) redirects followed, with -L -c --max-redirs 10',
  },
  {
    name: 'redirects to a path in Cyrillic',
    kind: 'http',
    behaviour: 'redirect-to',
    query: encodeURIComponent('/путь?ключ=да'),
    reason: 'ok',
    connections: 2,
    curl: '200, with -L',
  },
  {
    name: 'redirects to a host that is none',
    kind: 'http',
    behaviour: 'redirect-to',
    query: encodeURIComponent('http://a%00b/'),
    reason: 'protocol',
    connections: 1,
    curl: '(3) The redirect target URL could not be parsed: Bad hostname, with -L',
  },
  {
    name: 'answers with half a character',
    kind: 'http',
    behaviour: 'says',
    query: encodeURIComponent('{"status":"\\ud800"}'),
    options: { expect: { json: { status: 'ready' } } },
    reason: 'json',
    connections: 1,
    curl: '200',
  },
  {
    name: 'answers with JSON that is nested 100,000 times',
    kind: 'http',
    responds: (socket) => socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${deep.length}\r\n\r\n${deep}`),
    options: { expect: { json: { status: 'ready' } } },
    reason: 'json',
    connections: 1,
    curl: '200',
  },
];
