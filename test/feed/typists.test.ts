import { expect, it } from 'vitest';
import { Typists } from '../../src/feed/typists.ts';
import type { Entry } from '../../src/log/index.ts';

/** Typists whose reports are collected, with a way to wait for a number of them. */
function typists(typingMs: number) {
  const told: (readonly [bigint, boolean])[] = [];
  const spared: (readonly bigint[])[] = [];
  let tell: () => void = () => undefined;
  const made = new Typists({
    typingMs: () => typingMs,
    tell({ userId, except }, typing) {
      told.push([userId, typing]);
      spared.push(except);
      tell();
    },
  });
  function hear(userId: bigint, typing: boolean, except: readonly bigint[] = []): void {
    made.hear({ userId, typing, except });
  }
  async function until(count: number): Promise<void> {
    while (told.length < count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      tell = resolve;
      await promise;
    }
  }
  return { made, hear, told, spared, until };
}

// So long that no test reaches it.
const everMs = 600_000;

function entry(type: 'MessageSent' | 'MemberLeft', actorId: bigint, userId: bigint): Entry {
  const place = { streamId: 7n, seq: 1, at: new Date(), actorId };
  if (type === 'MemberLeft') return { ...place, type, data: { userId, reason: 'REMOVED' } };
  const enclosed = { attachments: [], data: null, poll: null };
  const message = { ordinal: 1, clientMessageId: 'a', text: 'said', replyToSeq: null, threadRootSeq: null, origin: null, ...enclosed };
  const untouched = { editedAt: null, recalledAt: null, pinnedAt: null, replyCount: 0, hasReactions: false };
  return { ...place, type, data: { ...message, ...untouched, mentionIds: [], mentionsEveryone: false } };
}

it('typing ends by itself after the time-out, for each user separately', async () => {
  const { made, hear, told, until } = typists(20);
  hear(1n, true);
  hear(2n, true);
  await until(4);
  expect(told).toEqual([
    [1n, true],
    [2n, true],
    [1n, false],
    [2n, false],
  ]);
  made.clear();
});

it('typing goes on while it is repeated, and every repetition is reported', async () => {
  const { made, hear, told, until } = typists(60);
  hear(1n, true);
  hear(2n, true);
  // User 1 repeats it within a fraction of the time-out, so user 2 ends first, however slow the machine is.
  const timer = setInterval(() => hear(1n, true), 5);
  while (!told.some(([userId, typing]) => userId === 2n && !typing)) await until(told.length + 1);
  clearInterval(timer);
  expect(told.filter(([userId, typing]) => userId === 1n && !typing)).toEqual([]);
  expect(told.filter(([userId]) => userId === 1n).length).toBeGreaterThan(1);
  made.clear();
});

it('typing ends at once when the user stops, sends a message, or leaves the conversation', () => {
  const { made, hear, told } = typists(everMs);
  for (const userId of [1n, 2n, 3n, 4n]) hear(userId, true);
  told.length = 0;
  hear(1n, false);
  made.entry(entry('MessageSent', 2n, 2n));
  made.entry(entry('MemberLeft', 9n, 3n));
  expect(told).toEqual([
    [1n, false],
    [2n, false],
    [3n, false],
  ]);
  // Nothing is reported of users who do not type.
  hear(1n, false);
  made.entry(entry('MessageSent', 9n, 9n));
  made.entry(entry('MemberLeft', 4n, 9n));
  expect(told.length).toBe(3);
  made.clear();
});

it('of more than twenty users who type at once, twenty are reported', () => {
  const { made, hear, told } = typists(everMs);
  for (let userId = 1n; userId <= 30n; userId += 1n) hear(userId, true);
  expect(told.length).toBe(20);
  hear(1n, false);
  hear(30n, true);
  hear(29n, true);
  expect(told.slice(20)).toEqual([
    [1n, false],
    [30n, true],
  ]);
  made.clear();
});

it('nothing is reported after closing', async () => {
  const [closed, open] = [typists(10), typists(30)];
  closed.hear(1n, true);
  open.hear(1n, true);
  closed.made.clear();
  await open.until(2);
  expect(closed.told).toEqual([[1n, true]]);
});

it('typing is reported to nobody in `except`, and neither is its end, even without `except`', () => {
  const { made, hear, told, spared } = typists(everMs);
  hear(1n, true, [5n]);
  hear(1n, false, []);
  expect(told).toEqual([
    [1n, true],
    [1n, false],
  ]);
  expect(spared).toEqual([[5n], [5n]]);
  made.clear();
});

it('typing ends for users who are added to `except`, and goes on for the others', () => {
  const { made, hear, told, spared } = typists(everMs);
  hear(1n, true, [5n]);
  hear(1n, true, [5n, 6n]);
  hear(1n, false, []);
  expect(told).toEqual([
    [1n, true],
    [1n, false],
    [1n, true],
    [1n, false],
  ]);
  expect(spared).toEqual([[5n], [5n], [5n, 6n], [5n, 6n]]);
  hear(1n, true, [5n, 6n]);
  hear(1n, true, [6n]);
  expect(told.slice(4)).toEqual([
    [1n, true],
    [1n, true],
  ]);
  made.clear();
});
