import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Bus, OnMessage } from '../../src/bus/index.ts';

/** Opens a bus. Two buses of one namespace are two nodes of one system, if the kind of bus can have two. */
export type OpenBus = (namespace: string) => Promise<Bus>;

function heard(): { readonly messages: string[]; readonly onMessage: OnMessage } {
  const messages: string[] = [];
  return { messages, onMessage: (message) => void messages.push(message) };
}

/** The contract of every bus. */
export function describeBus(name: string, open: OpenBus): void {
  describe(name, () => {
    const opened: Bus[] = [];
    let namespace: string;
    async function bus(): Promise<Bus> {
      const fresh = await open(namespace);
      opened.push(fresh);
      return fresh;
    }
    beforeEach(() => {
      namespace = randomUUID();
    });
    afterEach(async () => {
      for (const one of opened.splice(0)) await one[Symbol.asyncDispose]();
    });

    test('delivers every message of a topic once, in the order of publishing, from the acknowledgement on', async () => {
      const node = await bus();
      const { messages, onMessage } = heard();
      await node.subscribe('stream:1', onMessage);
      const sent = Array.from({ length: 500 }, (_, index) => `message ${index}`);
      const taken = await Promise.all(sent.map((message) => node.publish('stream:1', message)));
      expect(new Set(taken)).toEqual(new Set([true]));
      await expect.poll(() => messages).toHaveLength(500);
      expect(messages).toEqual(sent);
    });

    test('keeps topics apart, whatever characters their names have', async () => {
      const node = await bus();
      const topics = ['stream:1', 'stream:11', 'stream:*', 'stream:[1]', 'Stream:1', ' ', 'ä🎉'];
      const ears = await Promise.all(
        topics.map(async (topic) => {
          const { messages, onMessage } = heard();
          await node.subscribe(topic, onMessage);
          return messages;
        }),
      );
      for (const topic of topics) await node.publish(topic, topic);
      await node.publish('nobody', 'x');
      await expect.poll(() => ears.every((messages) => messages.length > 0)).toBe(true);
      expect(ears).toEqual(topics.map((topic) => [topic]));
    });

    test.each([
      ['nothing', ''],
      ['JSON', '{"v":1,"text":"a\\"b"}'],
      ['what looks like a number', '00012'],
      ['the word null', 'null'],
      ['control characters', 'a\u0000b\r\n\u0007c'],
      ['emoji and right-to-left', '👩‍👩‍👧‍👦 🎉 שלום \u202e'],
      ['a megabyte', '✓ä🎉x'.repeat(110_000)],
    ])('carries %s verbatim', async (_what, text) => {
      const node = await bus();
      const { messages, onMessage } = heard();
      await node.subscribe('stream:1', onMessage);
      await node.publish('stream:1', text);
      await expect.poll(() => messages).toHaveLength(1);
      expect(messages[0] === text).toBe(true);
    });

    test('delivers nothing after an unsubscribe, not even messages under way', async () => {
      const node = await bus();
      const { messages, onMessage } = heard();
      const other = heard();
      const unsubscribe = await node.subscribe('stream:1', onMessage);
      await node.subscribe('stream:2', other.onMessage);
      const onItsWay = node.publish('stream:1', 'too late');
      unsubscribe();
      await onItsWay;
      await node.publish('stream:1', 'later still');
      await node.publish('stream:2', 'mark');
      await expect.poll(() => other.messages).toEqual(['mark']);
      expect(messages).toEqual([]);
    });

    test('can subscribe to a topic again after leaving it', async () => {
      const node = await bus();
      for (const round of ['one', 'two', 'three', 'four']) {
        const { messages, onMessage } = heard();
        const unsubscribe = await node.subscribe('stream:1', onMessage);
        await node.publish('stream:1', round);
        await expect.poll(() => messages).toEqual([round]);
        unsubscribe();
        unsubscribe();
      }
    });

    test('a repeated unsubscribe does not end a later subscription', async () => {
      const node = await bus();
      const { messages, onMessage } = heard();
      const first = await node.subscribe('stream:1', onMessage);
      first();
      await node.subscribe('stream:1', onMessage);
      first();
      await node.publish('stream:1', 'still here');
      await expect.poll(() => messages).toEqual(['still here']);
    });

    test('refuses a second subscription to a topic, and keeps the first', async () => {
      const node = await bus();
      const { messages, onMessage } = heard();
      const first = node.subscribe('stream:1', onMessage);
      await expect(node.subscribe('stream:1', () => {})).rejects.toThrow('stream:1 is subscribed already');
      await first;
      await expect(node.subscribe('stream:1', () => {})).rejects.toThrow('stream:1 is subscribed already');
      await node.publish('stream:1', 'once');
      await expect.poll(() => messages).toEqual(['once']);
    });

    test('publishing within a listener keeps the order', async () => {
      const node = await bus();
      const { messages, onMessage } = heard();
      await node.subscribe('stream:1', (message) => {
        if (message === 'question') void node.publish('stream:1', 'answer');
        onMessage(message);
      });
      await node.publish('stream:1', 'question');
      await node.publish('stream:1', 'next');
      await expect.poll(() => messages).toHaveLength(3);
      expect(messages[0]).toBe('question');
      expect(messages.toSorted()).toEqual(['answer', 'next', 'question']);
    });

    test('is healthy, and reports no gap while nothing is lost', async () => {
      const node = await bus();
      let gaps = 0;
      const stop = node.onGap(() => {
        gaps += 1;
      });
      const { messages, onMessage } = heard();
      await node.subscribe('stream:1', onMessage);
      await node.publish('stream:1', 'x');
      await expect.poll(() => messages).toEqual(['x']);
      expect(node.healthy).toBe(true);
      expect(gaps).toBe(0);
      stop();
    });

    test('delivers nothing after closing, whichever node publishes', async () => {
      const [node, other] = [await bus(), await bus()];
      const [closed, open] = [heard(), heard()];
      await node.subscribe('stream:1', closed.onMessage);
      await other.subscribe('stream:1', open.onMessage);
      await node[Symbol.asyncDispose]();
      await node.publish('stream:1', 'by the closed one');
      // Each message comes to both over the same server, and the second one only after all that came with the first has been read.
      for (const text of ['by another', 'mark']) {
        await other.publish('stream:1', text);
        await expect.poll(() => open.messages).toContain(text);
      }
      await node[Symbol.asyncDispose]();
      expect(open.messages).toEqual(['by another', 'mark']);
      expect(closed.messages).toEqual([]);
    });
  });
}
