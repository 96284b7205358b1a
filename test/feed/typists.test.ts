import { expect, it } from 'vitest';
import { Typists } from '../../src/feed/typists.ts';
import type { Entry } from '../../src/log/index.ts';

/** What is told, and a way to wait for so much of it. */
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

// So long that no test sees its end.
const everMs = 600_000;

function entry(type: 'MessageSent' | 'MemberLeft', actorId: bigint, userId: bigint): Entry {
  const place = { streamId: 7n, seq: 1, at: new Date(), actorId };
  if (type === 'MemberLeft') return { ...place, type, data: { userId, reason: 'REMOVED' } };
  const enclosed = { attachments: [], data: null, poll: null };
  const message = { ordinal: 1, clientMessageId: 'a', text: 'said', replyToSeq: null, threadRootSeq: null, origin: null, ...enclosed };
  const untouched = { editedAt: null, recalledAt: null, pinnedAt: null, replyCount: 0, hasReactions: false };
  return { ...place, type, data: { ...message, ...untouched, mentionIds: [], mentionsEveryone: false } };
}

it('who types and says no more is not typing any more, each by themselves', async () => {
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

it('goes on as long as it is said again, and every word of it is passed on', async () => {
  const { made, hear, told, until } = typists(60);
  hear(1n, true);
  hear(2n, true);
  // The one goes on whenever a part of the other's time has passed; so the other ends first, however slow the machine.
  const timer = setInterval(() => hear(1n, true), 5);
  while (!told.some(([userId, typing]) => userId === 2n && !typing)) await until(told.length + 1);
  clearInterval(timer);
  expect(told.filter(([userId, typing]) => userId === 1n && !typing)).toEqual([]);
  expect(told.filter(([userId]) => userId === 1n).length).toBeGreaterThan(1);
  made.clear();
});

it('ends at once when they say so, with what they send, and with their part in the conversation', () => {
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
  // Of who is not typing nothing is told.
  hear(1n, false);
  made.entry(entry('MessageSent', 9n, 9n));
  made.entry(entry('MemberLeft', 4n, 9n));
  expect(told.length).toBe(3);
  made.clear();
});

it('of more than twenty at once only so many are told', () => {
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

it('nothing is told any more once it is closed', async () => {
  const [closed, open] = [typists(10), typists(30)];
  closed.hear(1n, true);
  open.hear(1n, true);
  closed.made.clear();
  await open.until(2);
  expect(closed.told).toEqual([[1n, true]]);
});

it('is told to nobody whom it is kept from, nor is its end, whatever is said with that', () => {
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

it('ends for whom it is kept from meanwhile, and goes on for the others', () => {
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
