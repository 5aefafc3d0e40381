/**
 * What is fuzzed talks to these, in a process of their own, so that what they use is not taken for what the prober uses. They listen
 * on loopback and end with who started them. Told `{ subject, seed }`, a peer answers the next connections by that script.
 */
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createSecureContext, createServer as createTlsServer, TLSSocket } from 'node:tls';
import { createAuthority } from '../../probes/testing/certificates.ts';
import type { Script } from './mutate.ts';
import { mutated } from './mutate.ts';
import { Choices } from './random.ts';
import { scriptOf } from './script.ts';
import { acceptMark, type Subject, valid } from './valid.ts';

const dayMs = 86_400_000;
const now = Date.now();
const authority = await createAuthority('fuzz', now);
const identity = await authority.issue({ names: ['localhost'], notBefore: now - dayMs, notAfter: now + 90 * dayMs });
const secureContext = createSecureContext(identity);
const current = new Map<Subject, { readonly seed: number; readonly script: Script }>();
const ports: Partial<Record<Subject, number>> = {};
const trueTls = createTlsServer({ ...identity, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
  socket.on('error', () => {}).resume();
}).on('tlsClientError', () => {});
const trueTlsPort = await listen(trueTls);

for (const subject of Object.keys(valid) as readonly Subject[]) {
  const server = createServer((raw) => {
    raw.on('error', () => {});
    if (subject === 'tls') passOn(raw);
    else answer(subject, raw, isSecure(subject) ? secured(subject, raw) : raw);
  });
  ports[subject] = subject === 'dnsUdp' ? await answerDatagrams() : await listen(server);
}

process.on('message', ({ subject, seed }: { readonly subject: Subject; readonly seed: number }) => {
  current.set(subject, { seed, script: scriptOf(subject, seed) });
  process.send?.({ subject, seed });
});
process.once('disconnect', () => process.exit(0));
process.send?.({ ports, ca: authority.ca });

function isSecure(subject: Subject): boolean {
  return subject === 'https' || subject === 'http2';
}

function secured(subject: Subject, raw: Socket): Socket {
  const ALPNProtocols = [subject === 'http2' ? 'h2' : 'http/1.1'];
  return new TLSSocket(raw, { isServer: true, secureContext, ALPNProtocols }).on('error', () => {});
}

function answer(subject: Subject, raw: Socket, socket: Socket): void {
  const script = current.get(subject)?.script;
  if (!script) return void socket.destroy();
  const { greeting, replies } = script;
  if (greeting.length > 0) send(socket, greeting, script);
  let turn = 0;
  socket.on('data', (request: Buffer) => {
    const reply = replies[Math.min(turn++, replies.length - 1)];
    // Then it has said all, and so has who asks for ever.
    if (turn > replies.length + 50) return void socket.destroy();
    const bytes = reply && filledIn(subject, reply, request);
    if (bytes) send(socket, bytes, script);
    if (turn < replies.length) return;
    if (script.end === 'close') socket.end();
    if (script.end === 'reset') setImmediate(() => reset(raw));
  });
}

function reset(raw: Socket): void {
  if (!raw.destroyed) raw.resetAndDestroy();
}

function filledIn(subject: Subject, reply: Buffer, request: Buffer): Buffer {
  if (subject === 'dnsTcp') {
    const message = withId(reply, request.subarray(2));
    const length = Buffer.alloc(2);
    length.writeUInt16BE(message.length & 0xffff);
    return Buffer.concat([length, message]);
  }
  const at = reply.indexOf(acceptMark);
  if (at === -1) return reply;
  const [, key = ''] = /^sec-websocket-key: (\S+)/im.exec(request.toString('latin1')) ?? [];
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return Buffer.concat([reply.subarray(0, at), Buffer.from(accept), reply.subarray(at + acceptMark.length)]);
}

/** An answer with another id is one to nobody: most have the right one. */
function withId(reply: Buffer, query: Buffer): Buffer {
  const message = Buffer.from(reply);
  if (message.length > 4 && message[4] !== 7) query.copy(message, 0, 0, 2);
  return message;
}

function send(socket: Socket, bytes: Buffer, { packets }: Script): void {
  const size = packets === 'whole' ? bytes.length : packets === 'halves' ? Math.ceil(bytes.length / 2) : 1;
  // The rest of many single bytes says nothing new.
  const singles = packets === 'bytes' ? Math.min(bytes.length, 64) : bytes.length;
  socket.setNoDelay(true);
  for (let at = 0; at < singles; at += size) socket.write(bytes.subarray(at, Math.min(singles, at + size)));
  if (singles < bytes.length) socket.write(bytes.subarray(singles));
}

/** Between a client and a server of TLS whose records are changed on the way. */
function passOn(raw: Socket): void {
  const seed = current.get('tls')?.seed ?? 0;
  const choices = new Choices(seed);
  const inner = connect(trueTlsPort, '127.0.0.1').on('error', () => {});
  raw.on('data', (chunk) => inner.write(chunk)).on('close', () => inner.destroy());
  inner.on('data', (chunk: Buffer) => {
    const script = mutated({ greeting: chunk, replies: [] }, choices);
    raw.write(script.greeting);
    if (script.end === 'reset') reset(raw);
  });
  inner.on('close', () => raw.end());
}

async function answerDatagrams(): Promise<number> {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const script = current.get('dnsUdp')?.script;
    for (const reply of script?.replies ?? []) {
      // What fits in a datagram.
      const message = withId(reply, query).subarray(0, 60_000);
      const times = script?.packets === 'bytes' ? 200 : 1;
      for (let i = 0; i < times; i++) socket.send(message, port, address);
    }
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return socket.address().port;
}

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
