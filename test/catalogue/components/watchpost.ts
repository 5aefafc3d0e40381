import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Component } from '../component.ts';

/** What the probe service tells of its own process. Its own metrics are a table in `stack/metrics.ts`. */
export const watchpost: Component = {
  name: 'watchpost',
  captured: "of a process of this Node: prom-client's default metrics, once it has collected garbage",
  versionOf: 'nodejs_version_info',
  images: [],
  async scrape() {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    setFlagsFromString('--expose-gc');
    runInNewContext('gc')();
    // Until the observer of collections has been told.
    await sleep(100);
    return [await registry.metrics()];
  },
};
