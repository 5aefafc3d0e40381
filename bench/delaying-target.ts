/**
 * A server that answers after a known time, and keeps what that time really was: `node delaying-target.ts PORT MS`.
 * `GET /delays` gives path to [when it answered (Unix ms), after how many ms] of the last answers.
 */
import { createServer, type Socket } from 'node:net';

const [port = '0', delay = '20'] = process.argv.slice(2);
const delayMs = Number(delay);
const kept = 4;
const body = '{"status":"ready"}';
const answer = `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`;
const delays = new Map<string, (readonly [number, number])[]>();

createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {});
  socket.once('data', (request) => {
    const arrivedMs = performance.now();
    const path = request.toString('latin1').split(' ', 2)[1] ?? '';
    if (path === '/delays') return tell(socket);
    setTimeout(() => {
      socket.end(answer);
      const last = delays.get(path) ?? [];
      delays.set(path, [...last.slice(1 - kept), [Date.now(), performance.now() - arrivedMs]]);
    }, delayMs);
  });
  // On every loopback address, which on Linux no other bind than this one covers.
}).listen({ port: Number(port), host: '0.0.0.0', backlog: 8_192 });

function tell(socket: Socket): void {
  const text = JSON.stringify(Object.fromEntries(delays));
  socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`);
}
