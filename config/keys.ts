import { z } from 'zod';
import { nearest } from '../stack/nearest.ts';
import { type Fault, type Path, shorten } from './fault.ts';
import { check, fileOfSecret, givenHint, issueFaults, type Written } from './issues.ts';
import { suggest } from './nearest.ts';

/**
 * Every key that the schema does not know or that is no name, wherever it stands. Zod tells them too, but not which
 * keys there are, and where the name of a key is wrong it does not look at what the key holds.
 */
export function keyFaults(schema: z.core.$ZodType, value: unknown, path: Path, written: Written): readonly Fault[] {
  const kinds = shapes(schema);
  if (Array.isArray(value)) {
    const list = kinds.find((kind) => kind instanceof z.ZodArray);
    return list ? value.flatMap((item, i) => keyFaults(list.element, item, [...path, i], written)) : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  const record = kinds.find((kind) => kind instanceof z.ZodRecord);
  if (record)
    return Object.entries(value).flatMap(([key, held]) => entryFaults(record, key, held, [...path, key], written));
  const object = kinds.find((kind) => kind instanceof z.ZodObject);
  if (!object) return [];
  const known: Readonly<Record<string, z.core.$ZodType>> = object.shape;
  return Object.entries(value).flatMap(([key, held]) => {
    const inner = Object.hasOwn(known, key) ? known[key] : undefined;
    return inner
      ? keyFaults(inner, held, [...path, key], written)
      : [unknownKey([...path, key], Object.keys(known), written)];
  });
}

function entryFaults(record: z.ZodRecord, key: string, held: unknown, path: Path, written: Written): readonly Fault[] {
  const inside = keyFaults(record.valueType, held, path, written);
  const name = check(record.keyType as z.ZodType, key);
  if ('data' in name) return inside;
  const [issue] = name.issues;
  const message = `found the key ${JSON.stringify(shorten(key, 70))}, ${issue?.message}`;
  const hint = issue && givenHint(issue, key, path);
  const value = check(record.valueType as z.ZodType, held);
  return [
    { span: written.tree.keySpan(path), path, message, hint },
    ...('issues' in value ? issueFaults(value.issues, path, written) : []),
    ...inside,
  ];
}

function unknownKey(path: Path, known: readonly string[], { tree }: Written): Fault {
  const key = String(path.at(-1));
  const span = tree.keySpan(path);
  const file = Object.hasOwn(fileOfSecret, key) ? fileOfSecret[key] : undefined;
  if (file !== undefined && known.includes(file)) {
    const hint = `write it to a file and name that file: ${file}`;
    return { span, path, message: 'a secret must not stand in the file', hint, meant: file };
  }
  const message = `unknown key ${JSON.stringify(shorten(key, 70))}`;
  return { span, path, message, hint: suggest(key, known, 'keys'), meant: nearest(key, known) };
}

/** The schema without what is wrapped around it; of a union, each of its members. */
function shapes(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return shapes(schema.unwrap());
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return shapes(schema.unwrap());
  if (schema instanceof z.ZodPipe) return shapes(schema.in);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(shapes);
  return [schema];
}
