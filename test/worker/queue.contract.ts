import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Held, Queue } from '../../src/worker/index.ts';
import { within } from '../support/bound.ts';

const never = new AbortController().signal;

/** What every queue promises. Each call of `open` returns an empty queue of its own that hands out at once. */
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

    /** Takes until it has a number of streams. */
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

    it('hands out a held stream to nobody, and hands it out again after its release', async () => {
      await put(1n);
      const [first] = await takeAll(1);
      await put(1n, 2n);
      expect(idsOf(await takeAll(1))).toEqual([2n]);
      await first?.done();
      await put(1n);
      expect(idsOf(await takeAll(1))).toEqual([1n]);
      expect(first?.lost.aborted).toBe(false);
    });

    it('hands out a stream that was handed on while it was held as soon as it is released', async () => {
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

    it('wakes a waiting consumer', async () => {
      const taken = takeAll(1);
      await put(9n);
      expect(idsOf(await taken)).toEqual([9n]);
    });

    it('answers a waiting consumer as soon as its signal aborts', async () => {
      const wanting = new AbortController();
      const taken = queue.take(1, wanting.signal);
      wanting.abort();
      expect(await within(500, taken)).toEqual([]);
    });

    it('reports how many streams are waiting or held', async () => {
      await put(1n, 2n, 3n);
      const [held] = await queue.take(1, never);
      expect(await queue.lead()).toEqual({ anew: false, waiting: 3 });
      await held?.done();
      expect(await queue.lead()).toEqual({ anew: false, waiting: 2 });
    });

    it('aborts the signal of a held stream when the queue is disposed', async () => {
      await put(1n);
      const [held] = await takeAll(1);
      await queue[Symbol.asyncDispose]();
      expect(held?.lost.aborted).toBe(true);
    });
  });
}
