import { expect, it, vi } from 'vitest';
import { closeRemedies, memoryPositions, type Result } from '../../client/index.ts';
import { closes } from '../../gateway/close-codes.ts';
import { entry, ready, scripted, turn } from './scripted.ts';

const lost = { code: 1006, reason: '' };

it('every close code of the server is in the table of remedies, and is retried if the server says so', () => {
  const table = new Map(Object.entries(closeRemedies).map(([code, remedy]) => [Number(code), remedy]));
  for (const { code, retry } of Object.values(closes))
    expect([code, table.get(code) !== 'end', table.has(code)]).toEqual([code, retry, true]);
});

it('waits grow with each failure in a row, up to 15 seconds, and start again after an event', async () => {
  const { attempt, waiting, clock } = scripted();
  const waits: number[] = [];
  for (let time = 1; time <= 7; time += 1) {
    (await attempt(time)).error(lost);
    waits.push(await waiting(time));
    await clock.advance(15_000);
  }
  expect(waits).toEqual([499, 999, 1_999, 3_999, 7_999, 14_999, 14_999]);
  const last = await attempt(8);
  last.next(ready(1));
  last.error(lost);
  expect(await waiting(8)).toBe(499);
});

it.each<[string, unknown, number]>([
  ['errors', [{ message: 'busy', extensions: { code: 'UNAVAILABLE', retryAfterMs: 7_000 } }], 7_000],
  ['the reason of a closed socket', { code: 1013, reason: 'Too busy right now. Connect again in 4000 ms' }, 4_000],
  ['errors in Apollo’s', { message: '', errors: [{ message: 'busy', extensions: { code: 'UNAVAILABLE', retryAfterMs: 7_000 } }] }, 7_000],
  [
    'errors in urql’s',
    { message: '', graphQLErrors: [{ message: 'busy', extensions: { code: 'RATE_LIMITED', retryAfterMs: 7_000 } }] },
    7_000,
  ],
  ['Apollo’s text of a closed socket', new Error('Socket closed with event 1013 Too busy: connect again in 4000 ms'), 4_000],
  [
    'the body of a response',
    { statusCode: 503, bodyText: '{"errors":[{"message":"","extensions":{"code":"UNAVAILABLE","retryAfterMs":7000}}]}' },
    7_000,
  ],
])('a follower does not reconnect before the time that the server names in %s, even if it is woken', async (_name, failure, ms) => {
  let wakeUp = (): void => undefined;
  const { attempt, attempts, waiting, clock } = scripted({
    wake(up) {
      wakeUp = up;
      return () => undefined;
    },
  });
  (await attempt(1)).error(failure);
  expect(await waiting(1)).toBe(ms);
  await clock.advance(ms - 1);
  wakeUp();
  await turn();
  expect(attempts()).toBe(1);
  await clock.advance(1);
  await attempt(2);
});

it('a follower that is woken reconnects at once, unless the server named a time', async () => {
  let [wakeUp, unwatched] = [(): void => undefined, 0];
  const { attempt, waiting } = scripted({
    wake(up) {
      wakeUp = up;
      return () => {
        unwatched += 1;
      };
    },
  });
  (await attempt(1)).error(lost);
  await waiting(1);
  wakeUp();
  await attempt(2);
  expect(unwatched).toBe(1);
});

it('a follower reconnects within moments to a node that stops, the first time', async () => {
  const { attempt, waiting, clock } = scripted();
  const stops = { code: 1012, reason: 'This node is shutting down. Connect again' };
  (await attempt(1)).error(stops);
  expect(await waiting(1)).toBeLessThan(200);
  await clock.advance(200);
  (await attempt(2)).error(stops);
  expect(await waiting(2)).toBe(999);
});

it.each([4400, 4401, 4406, 4409, 4429, 4500, 1008, 1009])('a follower does not reconnect after %i', async (code) => {
  const { attempt, ended, attempts, states } = scripted();
  (await attempt(1)).error({ code, reason: 'because' });
  expect(await ended).toMatchObject({ reason: code === 4401 ? 'signed out' : 'refused', failure: { code, message: 'because' } });
  expect([attempts(), states().at(-1)]).toEqual([1, 'ended']);
});

it('a refresh that fails for a network fault is tried again after the back-off', async () => {
  let asked = 0;
  const { attempt, waiting, clock } = scripted({
    async refresh() {
      asked += 1;
      if (asked === 1) throw new Error('no network');
      return true;
    },
  });
  const expired = { code: 4403, reason: 'The access token expired' };
  (await attempt(1)).error(expired);
  expect(await waiting(1)).toBe(499);
  await clock.advance(499);
  (await attempt(2)).error(expired);
  await waiting(2);
  await clock.advance(1_000);
  await attempt(3);
  expect(asked).toBe(2);
});

it('a subscription without an event for a minute counts as lost', async () => {
  const { attempt, waiting, clock, left } = scripted();
  await attempt(1);
  await clock.advance(60_000);
  await waiting(1);
  expect(left()).toBe(1);
});

it('a follower reconnects with the positions of the applied events, in their epoch', async () => {
  const { attempt, waiting, clock } = scripted();
  const first = await attempt(1);
  expect(first.payload.variables).toEqual({ after: [] });
  for (const result of [ready(4), entry(5), entry(6)]) first.next(result);
  first.error(lost);
  await waiting(1);
  await clock.advance(500);
  expect((await attempt(2)).payload.variables).toEqual({ after: [{ streamId: 'a', seq: 6, epoch: 'e' }] });
});

it('a follower drops entries that it has already', async () => {
  const { attempt, events } = scripted({ positions: memoryPositions([{ streamId: 'a', seq: 5 }]) });
  const first = await attempt(1);
  for (const result of [entry(4), entry(5), entry(6), entry(6), entry(7)]) first.next(result);
  await expect.poll(() => events).toHaveLength(2);
  expect(events).toMatchObject([{ seq: 6 }, { seq: 7 }]);
});

it('a follower reconnects where seqs are missing, and if they are missing twice it reports the gap and goes on', async () => {
  const { attempt, events, holes, clock, waiting } = scripted({ positions: memoryPositions([{ streamId: 'a', seq: 5 }]) });
  (await attempt(1)).next(entry(7));
  await waiting(1);
  await clock.advance(500);
  const second = await attempt(2);
  expect(second.payload.variables).toEqual({ after: [{ streamId: 'a', seq: 5 }] });
  expect([events, holes]).toEqual([[], []]);
  second.next(entry(7));
  await expect.poll(() => events).toHaveLength(1);
  expect(holes).toEqual([{ streamId: 'a', after: 5, next: 7 }]);
});

it('a StreamReady beyond the entries that came is a gap too', async () => {
  const { attempt, waiting } = scripted({ positions: memoryPositions([{ streamId: 'a', seq: 5 }]) });
  (await attempt(1)).next(ready(6));
  await waiting(1);
});

it('an event with a part that is unavailable is requested again, and one with a part that failed is passed on', async () => {
  const seen: unknown[] = [];
  const { attempt, waiting, clock } = scripted({ onEvent: (_, { errors }) => void seen.push(errors) });
  const busy = { message: 'not now', extensions: { code: 'UNAVAILABLE' } };
  (await attempt(1)).next({ ...entry(6), errors: [busy] });
  await waiting(1);
  expect(seen).toEqual([]);
  await clock.advance(500);
  const bug = { message: 'a bug', extensions: { code: 'INTERNAL' } };
  (await attempt(2)).next({ ...entry(6), errors: [bug] });
  await expect.poll(() => seen).toEqual([[bug]]);
});

it('an application’s own store gets the change with the event, and is loaded before each connection', async () => {
  let stored = 5;
  const { attempt, waiting, clock } = scripted({
    positions: { load: () => [{ streamId: 'a', seq: stored }] },
    onEvent(_, { change }) {
      stored = change.set[0]?.seq ?? 0;
      if (stored === 7) throw new Error('committed, but the answer was lost');
    },
  });
  const first = await attempt(1);
  for (const seq of [6, 7, 8]) first.next(entry(seq));
  await waiting(1);
  await clock.advance(500);
  expect((await attempt(2)).payload.variables).toEqual({ after: [{ streamId: 'a', seq: 7 }] });
});

function opened(seq: number, at: number): Result {
  return {
    data: { events: { __typename: 'ConversationOpened', streamId: 'me', seq, position: { streamId: 'a', seq: at, epoch: 'e' } } },
  };
}

function closed(seq: number): Result {
  return { data: { events: { __typename: 'ConversationClosed', streamId: 'me', seq, conversationId: 'a' } } };
}

it('a fault of the position store is reported as one, and its events are requested again', async () => {
  const kept = memoryPositions([{ streamId: 'a', seq: 1 }]);
  const faults = ['not loaded', 'not saved'];
  function fault(name: string): void {
    if (faults[0] !== name) return;
    faults.shift();
    throw new Error('the disk is gone');
  }
  const { attempt, attempts, waiting, clock, statuses, told } = scripted({
    positions: {
      load() {
        fault('not loaded');
        return kept.load();
      },
      save(change) {
        fault('not saved');
        return kept.save?.(change);
      },
    },
  });
  await waiting(1);
  expect(attempts()).toBe(0);
  await clock.advance(15_000);
  (await attempt(1)).next(entry(2));
  await waiting(2);
  expect(kept.load()).toEqual([{ streamId: 'a', seq: 1 }]);
  await clock.advance(15_000);
  (await attempt(2)).next(entry(2));
  for (const what of ['loaded', 'saved']) expect(JSON.stringify(statuses)).toContain(`positions were not ${what}: the disk is gone`);
  while (told().length < 2) await turn();
  expect(kept.load()).toEqual([{ streamId: 'a', seq: 2 }]);
});

it('a conversation that is opened again continues from its position, or starts at the named one', async () => {
  const { attempt, events, holes, clock, waiting } = scripted({ positions: memoryPositions([{ streamId: 'a', seq: 7 }]) });
  const first = await attempt(1);
  for (const result of [opened(1, 12), entry(8), entry(13), entry(14)]) first.next(result);
  await expect.poll(() => events).toHaveLength(4);
  expect(holes).toEqual([]);
  first.next(entry(16));
  await waiting(1);
  await clock.advance(500);
  expect((await attempt(2)).payload.variables['after']).toContainEqual({ streamId: 'a', seq: 14 });
});

it.each([
  ['closed and opened again', [closed(1), opened(2, 12)]],
  ['closed', [closed(1)]],
  ['opened again', [opened(1, 12)]],
])('a follower that is cut off after a conversation was %s requests what it missed in it before', async (_, told) => {
  const { attempt, clock, waiting } = scripted({ positions: memoryPositions([{ streamId: 'a', seq: 7 }]) });
  const first = await attempt(1);
  for (const result of told) first.next(result);
  first.error(lost);
  await waiting(1);
  await clock.advance(500);
  expect((await attempt(2)).payload.variables['after']).toContainEqual({ streamId: 'a', seq: 7 });
});

it('a conversation that is closed once everything missed has come is not followed any more', async () => {
  const { attempt, clock, waiting } = scripted({ positions: memoryPositions([{ streamId: 'a', seq: 7 }]) });
  const first = await attempt(1);
  for (const result of [closed(1), entry(8), ready(1, 'me')]) first.next(result);
  first.error(lost);
  await waiting(1);
  await clock.advance(500);
  expect((await attempt(2)).payload.variables).toEqual({ after: [{ streamId: 'me', seq: 1, epoch: 'e' }] });
});

it('waits grow even if an event without a position comes each time before one that cannot be applied', async () => {
  const { attempt, waiting, clock } = scripted({
    onEvent(event) {
      if (event.__typename !== 'ViewerMarkersMoved') throw new Error('full');
    },
  });
  const waits: number[] = [];
  for (let time = 1; time <= 3; time += 1) {
    const visit = await attempt(time);
    visit.next({ data: { events: { __typename: 'ViewerMarkersMoved' } } });
    visit.next(entry(1));
    waits.push(await waiting(time));
    await clock.advance(15_000);
  }
  expect(waits).toEqual([499, 999, 1_999]);
});

it('positions from a library’s cache are sent without the fields that it adds', async () => {
  const read = { __typename: 'Position', streamId: 'a', seq: 7, epoch: 'e' };
  const { attempt } = scripted({ positions: memoryPositions([read]) });
  expect((await attempt(1)).payload.variables).toEqual({ after: [{ streamId: 'a', seq: 7, epoch: 'e' }] });
});

it('an AggregateError of Node for several addresses is a network failure', async () => {
  const { attempt, waiting, clock } = scripted();
  const errors = ['::1:4000', '127.0.0.1:4000'].map((address) => new Error(`connect ECONNREFUSED ${address}`));
  (await attempt(1)).error(new AggregateError(errors, 'connect ECONNREFUSED'));
  await waiting(1);
  await clock.advance(500);
  await attempt(2);
});

it('a follower reconnects on platforms without the class AggregateError', async () => {
  const { attempt, waiting, clock } = scripted();
  const first = await attempt(1);
  vi.stubGlobal('AggregateError', undefined);
  try {
    first.error(lost);
  } finally {
    vi.unstubAllGlobals();
  }
  await waiting(1);
  await clock.advance(500);
  await attempt(2);
});

it('a follower can be woken as soon as it starts to wait', async () => {
  let unwatched = 0;
  const { attempt, following } = scripted({
    wake(up) {
      up();
      return () => {
        unwatched += 1;
      };
    },
  });
  (await attempt(1)).error(lost);
  await attempt(2);
  expect(unwatched).toBe(1);
  expect(await following.stop()).toEqual({ reason: 'stopped', failure: null });
});

it('a status listener can stop a follower that starts to wait', async () => {
  const stop = new AbortController();
  const { attempt, ended } = scripted({
    signal: stop.signal,
    onStatus({ state }) {
      if (state === 'waiting') stop.abort();
    },
  });
  (await attempt(1)).error(lost);
  expect(await ended).toEqual({ reason: 'stopped', failure: null });
});

it('a stopped follower finishes the event that is being applied, and passes on no other', async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const controller = new AbortController();
  const { attempt, ended, events, positions, left, states } = scripted({
    signal: controller.signal,
    async onEvent() {
      begin();
      await gate;
    },
  });
  const first = await attempt(1);
  for (const seq of [1, 2, 3]) first.next(entry(seq));
  await begun;
  controller.abort();
  expect(left()).toBe(1);
  open();
  expect(await ended).toEqual({ reason: 'stopped', failure: null });
  expect(events).toMatchObject([{ seq: 1 }]);
  expect(await positions.load()).toMatchObject([{ seq: 1 }]);
  expect(states().at(-1)).toBe('ended');
});

it.each([0, 1, 2])('a follower passes on no event after stop(), called %i moments after the event came', async (moments) => {
  const handed: unknown[] = [];
  const { attempt, following, positions } = scripted({ onEvent: (event) => void handed.push(event) });
  (await attempt(1)).next(entry(1));
  for (let moment = 0; moment < moments; moment += 1) await null;
  const before = handed.length;
  await following.stop();
  expect([handed.length, await positions.load()]).toEqual([before, before === 0 ? [] : [{ streamId: 'a', seq: 1 }]]);
});

it('a follower stops at once while it waits, and makes no attempt if it was stopped before', async () => {
  const { attempt, waiting, following, attempts } = scripted();
  (await attempt(1)).error(lost);
  await waiting(1);
  expect(await following.stop()).toEqual({ reason: 'stopped', failure: null });
  expect(attempts()).toBe(1);
  const never = scripted({ signal: AbortSignal.abort() });
  expect(await never.ended).toEqual({ reason: 'stopped', failure: null });
  expect(never.attempts()).toBe(0);
});
