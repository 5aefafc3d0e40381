import { z } from 'zod';
import type { Fault, Path } from './fault.ts';
import { fileOfSecret } from './issues.ts';
import { suggest } from './nearest.ts';
import type { YamlTree } from './yaml-tree.ts';

/**
 * Every key that the schema does not know, wherever it stands. Zod tells them too, but not beside other faults of the
 * same map, and not which keys there are.
 */
export function unknownKeys(schema: z.core.$ZodType, value: unknown, path: Path, tree: YamlTree): readonly Fault[] {
  if (Array.isArray(value)) {
    const items = shapes(schema).find((shape) => shape instanceof z.ZodArray);
    return items ? value.flatMap((item, i) => unknownKeys(items.element, item, [...path, i], tree)) : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  const maps = shapes(schema);
  const record = maps.find((shape) => shape instanceof z.ZodRecord);
  const members = Object.entries(value);
  if (record) return members.flatMap(([key, member]) => unknownKeys(record.valueType, member, [...path, key], tree));
  const object = maps.find((shape) => shape instanceof z.ZodObject);
  if (!object) return [];
  const known: Readonly<Record<string, z.core.$ZodType>> = object.shape;
  return members.flatMap(([key, member]) => {
    const own = [...path, key];
    const inner = Object.hasOwn(known, key) ? known[key] : undefined;
    return inner ? unknownKeys(inner, member, own, tree) : [unknownKey(own, Object.keys(known), tree)];
  });
}

function unknownKey(path: Path, known: readonly string[], tree: YamlTree): Fault {
  const key = String(path.at(-1));
  const said = { span: tree.keySpan(path), path, message: `unknown key ${JSON.stringify(key)}` };
  const secret = Object.hasOwn(fileOfSecret, key) ? fileOfSecret[key] : undefined;
  if (secret && known.includes(secret)) {
    return {
      ...said,
      message: `a secret must not stand in the file`,
      hint: `write it to a file and name that file: ${secret}`,
    };
  }
  return { ...said, hint: suggest(key, known, 'keys') };
}

/** The schema without what is wrapped around it; of a union, each of its members. */
function shapes(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return shapes(schema.unwrap());
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return shapes(schema.unwrap());
  if (schema instanceof z.ZodPipe) return shapes(schema.in);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(shapes);
  return [schema];
}
