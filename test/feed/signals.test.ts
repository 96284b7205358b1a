import { expect, it } from 'vitest';
import { type HeardSignal, Signals } from '../../src/feed/signals.ts';

/** Signals on a clock that the test moves. */
function signals() {
  let ms = 1_000_000;
  const told: string[] = [];
  const made = new Signals({ now: () => new Date(ms), tell: ({ name }) => told.push(name) });
  return {
    made,
    told,
    pass(more: number) {
      ms += more;
    },
    hear: (name: string, seq: number, lastSeq: number) => made.hear(signal(name, seq), lastSeq),
  };
}

function signal(name: string, seq: number): HeardSignal {
  return { kind: 'signal', conversationId: 7n, userId: 8n, name, data: null, sentAt: new Date(0), seq, only: null, except: [] };
}

it('a signal is delivered at once if everything that its sender had seen is known', () => {
  const { hear, told } = signals();
  hear('a', 3, 3);
  hear('b', 1, 3);
  expect(told).toEqual(['a', 'b']);
});

it('a signal that is ahead waits for the entries before it, and later signals wait behind it', () => {
  const { made, hear, told } = signals();
  hear('a', 5, 3);
  hear('b', 3, 3);
  hear('c', 6, 3);
  made.reached(4);
  expect(told).toEqual([]);
  made.reached(5);
  expect(told).toEqual(['a', 'b']);
  made.reached(9);
  expect(told).toEqual(['a', 'b', 'c']);
  hear('d', 9, 9);
  expect(told).toEqual(['a', 'b', 'c', 'd']);
});

it('a signal that has waited for more than five seconds is dropped, and no other', () => {
  const { made, hear, told, pass } = signals();
  hear('late', 5, 3);
  pass(1);
  hear('in time', 5, 3);
  pass(5_000);
  made.reached(5);
  expect(told).toEqual(['in time']);
});

it('at most a hundred signals wait, and more are dropped', () => {
  const { made, hear, told } = signals();
  for (let n = 0; n < 150; n += 1) hear(String(n), 5, 3);
  made.reached(5);
  expect(told).toEqual(Array.from({ length: 100 }, (_, n) => String(n)));
  hear('next', 5, 5);
  expect(told.at(-1)).toBe('next');
});

it('cleared signals are not delivered', () => {
  const { made, hear, told } = signals();
  hear('a', 5, 3);
  made.clear();
  made.reached(5);
  expect(told).toEqual([]);
});
