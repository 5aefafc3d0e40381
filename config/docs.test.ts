import { globSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { CORE_SCHEMA, load, mergeTag } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { probers } from '../probes/probers/index.ts';
import { metrics } from '../stack/metrics.ts';
import { reasons } from '../stack/reasons.ts';
import { generateDocs, jsonSchema, loadConfig, optionReference } from './index.ts';

const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(jsonSchema() as object);

const schema = CORE_SCHEMA.withTags(mergeTag);
const parseYaml = (source: string) => load(source, { schema });

describe('the JSON Schema', () => {
  test.each(globSync(['watchpost.yaml', 'examples/*.yaml']))('takes %s', (file) => {
    validate(parseYaml(readFileSync(file, 'utf8')));
    expect(validate.errors).toBeNull();
  });

  test.each([
    ...['unknown-key', 'unknown-key-in-service', 'unknown-key-in-expect', 'option-of-another-protocol'],
    ...['key-of-a-later-version', 'missing-keys', 'services-empty', 'services-is-a-list', 'bad-names', 'no-protocol'],
    ...['number-for-a-name', 'bad-durations', 'bad-percentages', 'bad-severity', 'two-log-sources', 'no-log-source'],
    ...['wrong-types', 'two-protocols', 'unknown-protocol', 'protocol-of-a-later-version', 'slack-without-webhook'],
    ...[
      'slack-webhook-in-the-file',
      'email-incomplete',
      'yes-is-no-boolean',
      'confirm-out-of-range',
      'latency-incomplete',
    ],
  ])('refuses bad/%s.yaml', (name) => {
    const source = readFileSync(`config/testdata/bad/${name}.yaml`, 'utf8');
    expect(validate(parseYaml(source))).toBe(false);
  });

  test('takes a variable wherever the loader does', () => {
    const source = `stack: s
services:
  w:
    probes:
      p: { http: "\${URL}", headers: { a: "\${A}" }, expect: { status: "\${S}", within: "\${W}", valid_for: "\${V}" } }
      t: { tcp: "\${HOST}:1" }
`;
    expect('config' in loadConfig(source, { file: 'f', env: {}, mode: 'generate' })).toBe(true);
    validate(parseYaml(source));
    expect(validate.errors).toBeNull();
  });

  test('describes every key, so that an editor can show what it is', () => {
    const undescribed: string[] = [];
    const walk = (schema: Record<string, unknown>, path: string): void => {
      for (const [key, value] of Object.entries(schema)) {
        if (typeof value !== 'object' || value === null) continue;
        if (key !== 'properties') walk(value as Record<string, unknown>, `${path}/${key}`);
        else
          for (const [name, own] of Object.entries(value as Record<string, Record<string, unknown>>)) {
            if (typeof own.description !== 'string' || own.description === '') undescribed.push(`${path}/${name}`);
            walk(own, `${path}/${name}`);
          }
      }
    };
    walk(jsonSchema() as Record<string, unknown>, '');
    expect(undescribed).toEqual([]);
  });
});

describe('the reference', () => {
  const pages = generateDocs();
  const page = (name: string) => pages.find(({ path }) => path === `docs/generated/${name}`)?.content ?? '';

  test('names every option of every protocol', () => {
    const options = optionReference();
    const keys = probers.flatMap((prober) => [prober.kind, ...Object.keys(prober.options.shape)]);
    expect(keys.filter((key) => !options.includes(`| \`${key}\` |`))).toEqual([]);
  });

  test('names every metric and every reason', () => {
    expect(Object.keys(metrics).filter((name) => !page('metrics.md').includes(`| \`${name}\` |`))).toEqual([]);
    expect(Object.keys(reasons).filter((name) => !page('reasons.md').includes(`| \`${name}\` |`))).toEqual([]);
  });
});
