import { describe, expect, test } from 'vitest';
import { JsonPath, type PathFault } from './json-path.ts';

const json = {
  status: 'ready',
  'a.b': 1,
  'x]"y': 2,
  $ref: 3,
  data: { items: [{ id: 7, 'first name': 'Ada' }, { id: 8 }], none: null, '0': 'zero' },
};

function valueAt(written: string): unknown {
  const path = JsonPath.parse(written);
  if (!(path instanceof JsonPath)) throw new Error(path.fault);
  return path.valueIn(json);
}

describe('a path', () => {
  const good: readonly { readonly written: string; readonly value: unknown }[] = [
    { written: 'status', value: 'ready' },
    { written: '$.status', value: 'ready' },
    { written: '$["status"]', value: 'ready' },
    { written: "$['status']", value: 'ready' },
    { written: '$', value: json },
    { written: '$ref', value: 3 },
    { written: '$.$ref', value: 3 },
    { written: 'data.items[0].id', value: 7 },
    { written: 'data.items.0.id', value: 7 },
    { written: 'data.items[-1].id', value: 8 },
    { written: 'data["items"][1]["id"]', value: 8 },
    { written: 'data.items[ 0 ].id', value: 7 },
    { written: 'data.items[0].first name', value: 'Ada' },
    { written: '["a.b"]', value: 1 },
    { written: "['a.b']", value: 1 },
    { written: '["x]\\"y"]', value: 2 },
    { written: "['x]\"y']", value: 2 },
    { written: 'data.none', value: null },
    { written: 'data.0', value: 'zero' },
    { written: 'data.items.length', value: 2 },
    { written: 'data[0]', value: undefined },
    { written: 'a.b', value: undefined },
    { written: 'data.items[2].id', value: undefined },
    { written: 'data.items[-3]', value: undefined },
    { written: 'data.none.more', value: undefined },
    { written: 'status.length', value: undefined },
    { written: 'constructor.name', value: undefined },
  ];
  test.each(good)('$written leads to $value', ({ written, value }) => {
    expect(valueAt(written)).toEqual(value);
  });

  const bad: readonly ({ readonly written: string } & PathFault)[] = [
    {
      written: 'items[?(@.id==7)].name',
      fault: 'a filter finds many values, or none: write the place in the list',
      meant: 'items[0].name',
    },
    {
      written: '$.items[?@.tags[0]=="]"].name',
      fault: 'a filter finds many values, or none: write the place in the list',
      meant: 'items[0].name',
    },
    {
      written: 'items[(@.length-1)].id',
      fault: 'a filter finds many values, or none: write the place in the list',
      meant: 'items[0].id',
    },
    { written: '$..id', fault: '".." finds many values, or none', meant: 'id' },
    { written: 'data..items[0]', fault: '".." finds many values, or none', meant: 'data.items[0]' },
    { written: 'items[0', fault: 'a bracket is not closed', meant: 'items[0]' },
    { written: 'items[0.id', fault: 'a bracket is not closed', meant: 'items[0].id' },
    { written: 'items[first.id', fault: 'a bracket is not closed', meant: 'items.first.id' },
    { written: '["a.b"', fault: 'a bracket is not closed', meant: '["a.b"]' },
    { written: '["a.b', fault: 'a bracket is not closed', meant: '["a.b"]' },
    { written: 'items[*].id', fault: '[*] finds many values', meant: 'items[0].id' },
    { written: 'items.*.id', fault: '"*" finds many values', meant: 'items[0].id' },
    { written: 'items[1:3]', fault: '[1:3] finds many values', meant: 'items[1]' },
    { written: 'items[0,1]', fault: '[0,1] finds many values', meant: 'items[0]' },
    {
      written: 'items[].id',
      fault: 'a place in the list, or a name in quotes, must stand in brackets',
      meant: 'items[0].id',
    },
    { written: 'labels[a.b]', fault: 'a name in brackets stands in quotes', meant: 'labels["a.b"]' },
    { written: 'items[0]id', fault: 'a dot must stand before a name', meant: 'items[0].id' },
    { written: 'items.[0]', fault: 'no dot stands before a bracket', meant: 'items[0]' },
    { written: 'items0]', fault: '"]" closes no bracket', meant: 'items0' },
    { written: '.status', fault: 'no dot stands before the first name', meant: 'status' },
    { written: 'status.', fault: 'a name must stand behind the dot', meant: 'status' },
  ];
  test.each(bad)('$written is none, and $meant is', ({ written, fault, meant }) => {
    expect(JsonPath.parse(written)).toEqual({ fault, meant });
    expect(JsonPath.parse(meant)).toBeInstanceOf(JsonPath);
  });

  test.each(['['.repeat(50_000), `a${'.a'.repeat(50_000)}`, '[?'.repeat(50_000), `["${'\\'.repeat(50_000)}`])(
    'of any length is read at once',
    (written) => {
      expect(JsonPath.parse(written)).toBeDefined();
    },
  );
});
