import type { Choices } from './random.ts';

/** What a peer sends to one connection. */
export interface Script {
  /** At once, before it has read anything. */
  readonly greeting: Buffer;
  /** One for each packet that comes, the last for all that follow. */
  readonly replies: readonly Buffer[];
  /** What it does after the last. */
  readonly end: 'stay' | 'close' | 'reset';
  /** How it cuts what it sends into packets. */
  readonly packets: 'whole' | 'halves' | 'bytes';
}

/** A flood ends, so that a run does. */
const floodBytes = 2_097_152;
const numbers = ['-1', '0', '65535', '65536', '2147483648', '4294967296', '99999999999999999999', '1e9'] as const;
const tokens = [
  '\r\n',
  '\n',
  '\0',
  '\r\n\r\n',
  ': ',
  '{',
  '"\ud800"',
  '\xff\xfe',
  '%',
  '250-',
  '*1\r\n',
  '🙂',
] as const;

/** The valid answers of a peer, or what random changes have made of them. */
export function mutated(valid: Pick<Script, 'greeting' | 'replies'>, choices: Choices): Script {
  const greeting = maybe(valid.greeting, choices);
  const replies = valid.replies.map((reply) => maybe(reply, choices));
  if (replies.length > 1 && choices.chance(0.1)) replies.reverse();
  if (replies.length > 1 && choices.chance(0.1)) replies.splice(choices.below(replies.length), 1);
  return {
    greeting,
    replies,
    end: choices.one(['stay', 'close', 'close', 'close', 'reset']),
    packets: choices.one(['whole', 'whole', 'halves', 'bytes']),
  };
}

function maybe(bytes: Buffer, choices: Choices): Buffer {
  let changed = bytes;
  while (choices.chance(0.4)) changed = choices.one(changes)(changed, choices);
  return changed.length > floodBytes ? changed.subarray(0, floodBytes) : changed;
}

type Change = (bytes: Buffer, choices: Choices) => Buffer;

const changes: readonly [Change, ...Change[]] = [
  /** A few bytes are others. */
  (bytes, choices) => {
    const changed = Buffer.from(bytes);
    for (let i = 0; i <= choices.below(4); i++) changed[choices.below(changed.length)] = choices.below(256);
    return changed;
  },
  /** A bit is the other. */
  (bytes, choices) => {
    const changed = Buffer.from(bytes);
    const at = choices.below(Math.max(1, changed.length));
    changed[at] = (changed[at] ?? 0) ^ (1 << choices.below(8));
    return changed;
  },
  /** A part is missing. */
  (bytes, choices) => {
    const [from, to] = range(bytes, choices);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  /** A part is there twice. */
  (bytes, choices) => {
    const [from, to] = range(bytes, choices);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  /** A part is there again and again. */
  (bytes, choices) => {
    const [from, to] = range(bytes, choices);
    const part = bytes.subarray(from, Math.max(to, from + 1));
    const times = Math.min(choices.one([10, 1_000, 300_000]), Math.floor(floodBytes / Math.max(1, part.length)));
    const flood = Buffer.alloc(part.length * times, part.length > 0 ? part : '\0');
    return Buffer.concat([bytes.subarray(0, to), flood, bytes.subarray(to)]);
  },
  /** It ends early. */
  (bytes, choices) => bytes.subarray(0, choices.below(bytes.length + 1)),
  /** Something stands in between. */
  (bytes, choices) => {
    const at = choices.below(bytes.length + 1);
    const between = choices.chance(0.5) ? choices.bytes(1 + choices.below(20)) : Buffer.from(choices.one(tokens));
    return Buffer.concat([bytes.subarray(0, at), between, bytes.subarray(at)]);
  },
  /** A number is another. */
  (bytes, choices) => {
    const text = bytes.toString('latin1');
    const found = [...text.matchAll(/\d+/g)];
    const match = found[choices.below(found.length)];
    if (!match) return bytes;
    const { index } = match;
    return Buffer.from(text.slice(0, index) + choices.one(numbers) + text.slice(index + match[0].length), 'latin1');
  },
  /** All of it is noise. */
  (_, choices) => choices.bytes(choices.below(400)),
];

function range(bytes: Buffer, choices: Choices): readonly [from: number, to: number] {
  const from = choices.below(bytes.length + 1);
  return [from, Math.min(bytes.length, from + choices.below(choices.one([4, 40, 400])))];
}
