import { randomUUID } from 'node:crypto';
import { post } from '../support/client.ts';
import { SendMessageDocument, type SendMessageInput } from '../support/generated/graphql.ts';
import type { Person } from '../support/world.ts';

/** A user who sends messages one after the other, each with the same id until it is acknowledged. */
export interface Talker {
  /** The acknowledged messages, in order. */
  readonly said: readonly string[];
  /** The responses other than acknowledgements: `502 [{"message":…}]`. */
  readonly failures: readonly string[];
  /** Resolves once `count` more are acknowledged. */
  more(count: number): Promise<void>;
  /** Resolves once the last one is acknowledged. */
  stop(): Promise<void>;
}

/** Starts to send, over HTTP. */
export function talk(url: string, person: Person, conversationId: string): Talker {
  const said: string[] = [];
  const failures: string[] = [];
  const looks = new Set<() => void>();
  let stopped = false;

  /** Returns null if it is acknowledged, else the failure. */
  async function attempt(input: SendMessageInput): Promise<string | null> {
    try {
      const { status, data, errors } = await post(url, SendMessageDocument, { input }, person.token);
      return data?.sendMessage.messageEdge ? null : `${status} ${JSON.stringify(errors ?? data)}`;
    } catch (error) {
      return String(error);
    }
  }

  async function say(text: string): Promise<void> {
    const input = { conversationId, clientMessageId: randomUUID(), text };
    for (let failure = await attempt(input); failure !== null; failure = await attempt(input)) failures.push(failure);
    said.push(text);
    for (const look of looks) look();
  }

  async function sayAll(): Promise<void> {
    for (let n = 0; !stopped; n += 1) await say(`${person.handle} ${n}`);
  }

  const all = sayAll();
  return {
    said,
    failures,
    async more(count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const enough = said.length + count;
      const look = (): void => void (said.length >= enough && resolve());
      looks.add(look);
      await promise;
      looks.delete(look);
    },
    async stop() {
      stopped = true;
      await all;
    },
  };
}
