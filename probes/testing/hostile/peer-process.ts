/**
 * The targets of the hostile table in a process of their own, so that what they use is not taken for what the prober uses. Told by
 * messages; it ends with who started it.
 */
import { prepareHostilePeers } from './peers.ts';
import { hostileRows } from './table.ts';

const peers = await prepareHostilePeers();
const running = new AsyncDisposableStack();

process.on('message', async (index: number) => {
  const row = hostileRows[index];
  if (!row) throw new Error(`no row ${index}`);
  const { port } = await peers.start(row, running);
  process.send?.({ index, port, value: peers.valueOf(row, port), options: peers.optionsOf(row) });
});
process.once('disconnect', () => {
  peers[Symbol.dispose]();
  process.exit(0);
});
process.send?.('ready');
