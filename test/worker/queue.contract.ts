import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Held, Queue } from '../../src/worker/index.ts';
import { within } from '../support/bound.ts';

const never = new AbortController().signal;

/** What every queue promises. Each call of `open` gives one of its own, empty, that hands out at once. */
export function promisesOfQueues(name: string, open: () => Promise<Queue>): void {
  describe(name, () => {
    let queue: Queue;

    beforeEach(async () => {
      queue = await open();
      await expect.poll(() => queue.lead()).not.toBeNull();
    });
    afterEach(() => queue[Symbol.asyncDispose]());

    function put(...ids: readonly bigint[]): Promise<void> {
      return queue.put(ids.map((streamId) => ({ streamId, upTo: 7 })));
    }

    /** Takes until there are so many. */
    async function takeAll(count: number): Promise<readonly Held[]> {
      const taken: Held[] = [];
      for (const end = performance.now() + 10_000; taken.length < count && performance.now() < end; ) {
        taken.push(...(await queue.take(count - taken.length, never)));
      }
      return taken;
    }

    function idsOf(held: readonly Held[]): readonly bigint[] {
      return held.map(({ streamId }) => streamId);
    }

    it('hands out what was handed on, in order, each once', async () => {
      await put(3n, 1n, 2n);
      const held = await takeAll(3);
      expect(held).toMatchObject([
        { streamId: 3n, upTo: 7 },
        { streamId: 1n, upTo: 7 },
        { streamId: 2n, upTo: 7 },
      ]);
      expect(await queue.take(3, never)).toEqual([]);
    });

    it('hands out no more than asked for', async () => {
      await put(1n, 2n, 3n);
      expect(idsOf(await queue.take(2, never))).toEqual([1n, 2n]);
      expect(idsOf(await queue.take(2, never))).toEqual([3n]);
    });

    it('gives a stream that is held to nobody, and gives it when it was let go', async () => {
      await put(1n);
      const [first] = await takeAll(1);
      await put(1n, 2n);
      expect(idsOf(await takeAll(1))).toEqual([2n]);
      await first?.done();
      await put(1n);
      expect(idsOf(await takeAll(1))).toEqual([1n]);
      expect(first?.lost.aborted).toBe(false);
    });

    it('gives a stream that was handed on while it was held as soon as it is let go', async () => {
      await put(1n);
      const [first] = await takeAll(1);
      await put(1n);
      expect(await queue.take(1, never)).toEqual([]);
      await first?.done();
      const [again] = await takeAll(1);
      expect(again).toMatchObject({ streamId: 1n });
      await again?.done();
      expect(await queue.take(1, never)).toEqual([]);
    });

    it('wakes who waits', async () => {
      const taken = takeAll(1);
      await put(9n);
      expect(idsOf(await taken)).toEqual([9n]);
    });

    it('answers who waits as soon as they do not want to any more', async () => {
      const wanting = new AbortController();
      const taken = queue.take(1, wanting.signal);
      wanting.abort();
      expect(await within(500, taken)).toEqual([]);
    });

    it('says how much waits or is under way', async () => {
      await put(1n, 2n, 3n);
      const [held] = await queue.take(1, never);
      expect(await queue.lead()).toEqual({ anew: false, waiting: 3 });
      await held?.done();
      expect(await queue.lead()).toEqual({ anew: false, waiting: 2 });
    });

    it('tells who holds a stream when the queue is gone', async () => {
      await put(1n);
      const [held] = await takeAll(1);
      await queue[Symbol.asyncDispose]();
      expect(held?.lost.aborted).toBe(true);
    });
  });
}
