import { randomUUID } from 'node:crypto';
import { post } from '../support/client.ts';
import { SendMessageDocument, type SendMessageInput } from '../support/generated/graphql.ts';
import type { Person } from '../support/world.ts';

/** Somebody who says one thing after the other, each again under the same id until it is acknowledged. */
export interface Talker {
  /** What was acknowledged, in the order in which it was said. */
  readonly said: readonly string[];
  /** What came in place of acknowledgements: `502 [{"message":…}]`. */
  readonly failures: readonly string[];
  /** Resolves when so many more are acknowledged. */
  more(count: number): Promise<void>;
  /** Resolves when the last is acknowledged. */
  stop(): Promise<void>;
}

/** Begins to talk, over HTTP. */
export function talk(url: string, person: Person, conversationId: string): Talker {
  const said: string[] = [];
  const failures: string[] = [];
  const looks = new Set<() => void>();
  let stopped = false;

  /** Null where it is acknowledged. */
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
