import { z } from 'zod';
import type { Prober } from '../probes/probers/prober.ts';
import { knownProbers, probeSchema } from './probe.ts';
import { commonOptions, documentSchema } from './schema.ts';

/** The part of JSON Schema (draft 7) that ours is made of; `takes` and `shownDefault` are notes for the reference. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly takes?: string;
  readonly shownDefault?: string;
}

/** The schema of watchpost.yaml for editors: less strict than the loader, and never stricter. */
export function jsonSchema(): unknown {
  const { $schema, ...rest } = withoutNotes(annotatedSchema()) as Record<string, unknown>;
  return { $schema, title: 'watchpost.yaml', ...rest };
}

/** The same with the notes. */
export function annotatedSchema(): JsonSchema {
  return toJsonSchema(documentSchema(z.union(knownProbers.map(editorSchema))));
}

/** A probe's schema, its options loosened: where a variable may stand, its name matches no pattern. */
function editorSchema(prober: Prober): z.ZodType {
  const { $schema: _root, properties = {}, ...rest } = toJsonSchema(probeSchema(prober));
  const loosened = Object.entries(properties).map(([key, schema]) => [
    key,
    Object.hasOwn(commonOptions.shape, key) ? schema : withVariables(schema),
  ]);
  return z.unknown().meta({ ...rest, properties: Object.fromEntries(loosened) });
}

function toJsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    override: ({ jsonSchema: json }) => {
      // A map that a schema leaves open still takes no other key: the loader says so for all of them.
      if (json.type === 'object' && json.properties) json.additionalProperties ??= false;
    },
  }) as JsonSchema;
}

function withVariables(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(withVariables);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, member]) => {
      if (key === 'propertyNames') return [key, member];
      if (key === 'pattern' && typeof member === 'string') return [key, `(?:${member})|\\$\\{`];
      return [key, withVariables(member)];
    }),
  );
}

function withoutNotes(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(withoutNotes);
  if (typeof json !== 'object' || json === null) return json;
  const kept = Object.entries(json).filter(([key]) => key !== 'takes' && key !== 'shownDefault');
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutNotes(member)]));
}
