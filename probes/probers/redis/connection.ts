import type { Socket } from 'node:net';
import type { Run } from '../../model.ts';
import { Conversation } from '../../net/conversation.ts';
import { largest, type Reply, ReplyReader } from './replies.ts';

/** Commands and their replies on a socket that is connected, and secured where it is to be. The caller destroys it. */
export class Connection {
  readonly #talk: Conversation;

  constructor(socket: Socket, run: Run) {
    this.#talk = new Conversation(socket, run, largest);
  }

  /** Sends a command and returns its reply. Rejects with a `Failure`. */
  async ask(words: readonly string[], expected: string): Promise<Reply> {
    this.#talk.send(wireCommand(words));
    const reader = new ReplyReader();
    const { reply } = await this.#talk.take((unread) => reader.read(unread), expected);
    return reply;
  }
}

function wireCommand(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}
