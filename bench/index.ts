import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Bar, holds, type Missing, sayBars } from './bar.ts';
import { compare } from './load.ts';
import { startTarget } from './target.ts';
import { thousandServices } from './thousand-services.ts';
import { tlsRate } from './tls-rate.ts';
import { truthOfTime } from './truth.ts';

const usage = `npm run bench -- [--only http,https,time,services] [--targets 10000] [--every 10] [--rounds 3] [--warm 25] [--seconds 30]
                 [--against cloudprober,blackbox_exporter] [--keep]
  --only     which benchmarks; all when it is left out
  --targets  how many addresses, each probed once in every --every seconds; by https as many as the machine can carry, unless it is said
  --rounds   how often each prober has its turn; the medians count
  --warm     seconds before the watching begins; --seconds of watching
  --against  which peers, taken from PATH
  --keep     leave the configurations and outputs for whoever wants to look at them`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'http,https,time,services' },
    targets: { type: 'string' },
    every: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    warm: { type: 'string', default: '25' },
    seconds: { type: 'string', default: '30' },
    against: { type: 'string', default: 'cloudprober,blackbox_exporter' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(usage);
else process.exitCode = await bench();

async function bench(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-bench-'));
  const only = values.only.split(',');
  const bars: (Bar | Missing)[] = [];
  try {
    console.log(`${cpus().length} cores of ${cpus()[0]?.model}, Node ${process.version}; files in ${folder}`);
    await using target = await startTarget(join(folder, 'target'));
    console.log(`the target: ${target.name} on loopback, a fresh connection for every probe and a whole TLS handshake`);
    const options = {
      targets: Number(values.targets ?? 10_000),
      everySeconds: Number(values.every),
      rounds: Number(values.rounds),
      warmSeconds: Number(values.warm),
      seconds: Number(values.seconds),
      scrapeEverySeconds: 5,
      against: values.against.split(','),
      say: (line: string) => console.log(line),
    };
    for (const protocol of ['http', 'https'] as const) {
      if (!only.includes(protocol)) continue;
      const chosen = protocol === 'https' && values.targets === undefined;
      const targets = chosen
        ? (await tlsRate({ target, folder }, options.say)) * options.everySeconds
        : options.targets;
      bars.push(...(await compare({ protocol, ...options, targets, target, folder }, { ...options, targets })));
    }
    if (only.includes('services')) bars.push(...(await thousandServices(folder, target, options)));
    if (only.includes('time')) bars.push(...(await truthOfTime(folder, options)));
  } finally {
    if (!values.keep) rmSync(folder, { recursive: true, force: true });
  }
  console.log(`\n${sayBars(bars)}`);
  return bars.every((bar) => 'missing' in bar || holds(bar)) ? 0 : 1;
}
