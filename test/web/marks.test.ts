import { expect, onTestFinished, test, vi } from 'vitest';
import type { Ask } from '../../web/api/ask.ts';
import { createMarks } from '../../web/chat/marks.ts';

/** Marks over a server that answers its first requests so, and all others with success. */
function marksOver(...answers: readonly (() => unknown)[]) {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const told: unknown[] = [];
  const ask = async (_document: unknown, { input }: { readonly input: unknown }) => {
    const answer = answers[told.length];
    told.push(input);
    return { markRead: answer === undefined ? { errors: [] } : answer() };
  };
  return { told, marks: createMarks(ask as unknown as Ask) };
}

function fail(): never {
  throw new TypeError('the network is away');
}

test('a read marker that the server could not store, or that did not reach it, is sent again until it is stored', async () => {
  const { told, marks } = marksOver(() => ({ errors: [{ code: 'UNAVAILABLE' }] }), fail);
  marks.read('here', 7);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual(Array(3).fill({ conversationId: 'here', seq: 7 }));
});

test('a read marker that was refused is not sent again, nor is any after the end', async () => {
  const { told, marks } = marksOver(() => ({ errors: [{ code: 'NOT_FOUND' }] }), fail);
  marks.read('gone', 7);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toHaveLength(1);
  marks.read('here', 8);
  await vi.advanceTimersByTimeAsync(0);
  marks.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toHaveLength(2);
});
