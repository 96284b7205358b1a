import { expect, test } from 'vitest';
import { EventQueue } from '../src/event-queue.ts';

/** A line of numbers. */
class Numbers extends EventQueue<number> {
  readonly happened: string[] = [];
  #line: number[] = [];

  push(...numbers: readonly number[]): void {
    for (const one of numbers) if (!this.ended() && !this.taken(one)) this.#line.push(one);
    this.wake();
  }

  poll(): number | undefined {
    return this.#line.shift();
  }

  idle(): boolean {
    return this.#line.length === 0;
  }

  protected clear(): void {
    this.#line = [];
  }

  protected begun(): void {
    this.happened.push('begun');
  }

  protected finished(): void {
    this.happened.push('finished');
  }
}

const nothing = { done: true, value: undefined };

test('an abort ends a line at once: waiting events are dropped, and the pending read rejects with the reason', async () => {
  const closing = new AbortController();
  const line = new Numbers(closing.signal);
  line.push(1, 2);
  expect(await line.next()).toEqual({ done: false, value: 1 });
  closing.abort(new Error('signed out'));
  await expect(line.next()).rejects.toThrow('signed out');
  expect(await line.next()).toEqual(nothing);
  const waiting = new AbortController();
  const pending = new Numbers(waiting.signal).next();
  waiting.abort(new Error('signed out'));
  await expect(pending).rejects.toThrow('signed out');
});

test('after fail() a line returns the waiting events first', async () => {
  const line = new Numbers(new AbortController().signal);
  line.push(1);
  line.fail(new Error('lost'));
  line.push(2);
  expect(await line.next()).toEqual({ done: false, value: 1 });
  await expect(line.next()).rejects.toThrow('lost');
});

test('return() does not wait for a pending read, which ends', async () => {
  const line = new Numbers(new AbortController().signal);
  const pending = line.next();
  expect(await line.return()).toEqual(nothing);
  expect(await pending).toEqual(nothing);
  expect(line.happened).toEqual(['begun', 'finished']);
});

test('nothing begins before the first read, and nothing at all if the signal has already aborted', async () => {
  const line = new Numbers(AbortSignal.abort(new Error('gone')));
  expect(line.happened).toEqual([]);
  await expect(line.next()).rejects.toThrow('gone');
  expect(line.happened).toEqual(['finished']);
});

test('a watcher takes an event only if none is waiting, and polls the others', () => {
  const line = new Numbers(new AbortController().signal);
  const seen: string[] = [];
  let room = true;
  line.watch({
    take(one) {
      if (room) seen.push(`took ${one}`);
      return room;
    },
    wake: () => void seen.push('woken'),
  });
  line.push(1);
  room = false;
  line.push(2);
  room = true;
  line.push(3);
  expect(seen.filter((what) => what !== 'woken')).toEqual(['took 1']);
  expect([line.poll(), line.poll(), line.end()]).toEqual([2, 3, undefined]);
  line.fail(new Error('over'));
  expect(line.end()).toEqual({ error: expect.any(Error) });
});
