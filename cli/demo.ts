import { Command } from 'commander';
import { startDemo } from '../probes/testing/demo.ts';
import { demoTlsPort, parts } from '../stack/parts.ts';
import { type Listen, parseListen } from './listen.ts';
import type { Terminal } from './terminal.ts';
import { sayListenFault, stopSignal, stopWithin } from './until-stopped.ts';

export function command(terminal: Terminal): Command {
  return new Command('demo')
    .option('--listen <host:port>', 'where to listen', parseListen, { host: '127.0.0.1', port: parts.demo.port })
    .option('--tls-port <port>', 'the port for https', Number, demoTlsPort)
    .action(async ({ listen: { host, port }, tlsPort }: { listen: Listen; tlsPort: number }) => {
      const stopped = stopSignal();
      const demo = await startDemo({ host, port, tlsPort, write: (line) => terminal.print(line) }).catch((error) => {
        throw sayListenFault(error, `${host}:${port} or ${host}:${tlsPort}`);
      });
      terminal.print(`demo app on http://${host}:${port}, https on ${tlsPort}`);
      // An address to listen on everywhere is none to call.
      terminal.print(`break it: ${sayMisbehave(`${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`, 'down')}`);
      await stopped;
      await stopWithin(3_000, () => demo[Symbol.asyncDispose]());
    });
}

/** The command that makes the demo app misbehave; `none` mends it. */
export function sayMisbehave(address: string, mode: string): string {
  return `curl -d '{"mode":"${mode}"}' http://${address}/misbehave`;
}
