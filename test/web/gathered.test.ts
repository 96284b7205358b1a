import { expect, onTestFinished, test, vi } from 'vitest';
import { createGathered } from '../../web/chat/gathered.ts';

/** Work that fails at first, this many times. */
function gatheredOver(failures: number) {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const done: ('failed' | 'done')[] = [];
  const gathered = createGathered(async () => {
    done.push(done.length < failures ? 'failed' : 'done');
    if (done.at(-1) === 'failed') throw new TypeError('the network is away');
  });
  return { done, gathered };
}

test('what is asked for within a moment is done once, and again when it is asked for later', async () => {
  const { done, gathered } = gatheredOver(0);
  for (let n = 0; n < 3; n += 1) gathered.soon();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(done).toEqual(['done']);
  gathered.soon();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(done).toEqual(['done', 'done']);
});

test('work that fails is done again until it succeeds, and not at once', async () => {
  const { done, gathered } = gatheredOver(2);
  gathered.soon();
  await vi.advanceTimersByTimeAsync(4_000);
  expect(done).toEqual(['failed']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(done).toEqual(['failed', 'failed', 'done']);
});

test('after the end nothing is done again', async () => {
  const { done, gathered } = gatheredOver(9);
  gathered.soon();
  await vi.advanceTimersByTimeAsync(1_000);
  gathered.stop();
  gathered.soon();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(done).toEqual(['failed']);
});
