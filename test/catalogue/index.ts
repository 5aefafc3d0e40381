/**
 * `npm run catalogue [COMPONENT…]`: starts each component with real targets behind it, and writes which metrics it has,
 * of which type and with which labels, to `stack/catalogue/generated/`. Run it when an image is pinned anew, and commit.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { metricTypes } from '../../stack/catalogue/file.ts';
import { ensureEngine } from '../support/engine.ts';
import { checkout, ensureImage, type TestImage } from '../support/images.ts';
import type { Component } from './component.ts';
import { alertmanager } from './components/alertmanager.ts';
import { alloy } from './components/alloy.ts';
import { cadvisor } from './components/cadvisor.ts';
import { grafana } from './components/grafana.ts';
import { loki } from './components/loki.ts';
import { nginxExporter } from './components/nginx-exporter.ts';
import { nodeExporter } from './components/node-exporter.ts';
import { postgresExporter } from './components/postgres-exporter.ts';
import { prometheus } from './components/prometheus.ts';
import { redisExporter } from './components/redis-exporter.ts';
import { watchpost } from './components/watchpost.ts';
import { readFamilies, versionIn, writtenFile } from './families.ts';
import { openPlace } from './place.ts';

const components: readonly Component[] = [
  prometheus,
  alertmanager,
  loki,
  alloy,
  grafana,
  nodeExporter,
  postgresExporter,
  redisExporter,
  nginxExporter,
  cadvisor,
  watchpost,
];

// The containers end with this process; the helper that would clear up after it cannot be pulled everywhere.
process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true';
const say = (line: string) => console.log(`catalogue: ${line}`);
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !components.some((component) => component.name === name));
if (unknown.length > 0) {
  const known = components.map(({ name }) => name).join(', ');
  throw new Error(`no component ${unknown.join(', ')}; there are ${known}`);
}
const engine = await ensureEngine(join(checkout, '.watchpost/test'), say);
if (engine.missing !== undefined) throw new Error(engine.missing);
try {
  for (const component of components) {
    if (wanted.length === 0 || wanted.includes(component.name)) await capture(component);
  }
} finally {
  await engine.stop();
}

/** A component whose program is not on this machine keeps the file that is there. */
async function capture(component: Component): Promise<void> {
  const { name, captured, versionOf } = component;
  const images = new Map<TestImage, string>();
  for (const image of component.images) {
    const found = await ensureImage(image, say);
    if ('missing' in found) {
      say(`${name} is left as it is: ${found.missing}`);
      return;
    }
    images.set(image, found.image);
  }
  await using place = await openPlace(images);
  const texts = await component.scrape(place);
  const version = versionIn(texts, versionOf);
  const file = { component: name, version, captured, ...readFamilies(texts) };
  writeFileSync(join(checkout, `stack/catalogue/generated/${name}.json`), writtenFile(file));
  const counts = metricTypes.map((type) => `${Object.keys(file[type]).length} ${type}`);
  say(`${name} ${version}: ${counts.join(', ')}`);
}
