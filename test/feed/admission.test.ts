import { describe, expect, it } from 'vitest';
import { type Admission, createAdmission, type Turn } from '../../src/feed/admission.ts';
import { Outlet } from '../../src/feed/outlet.ts';

const [ann, ben, cat, dan] = [1n, 2n, 3n, 4n];
const event = { kind: 'markers', at: new Date(0), conversationId: 1n } as const;

function outletOf(capacity = 16): Outlet {
  return new Outlet({ capacity, signal: new AbortController().signal, onStart: () => undefined, onEnd: () => undefined });
}

/** Queues one subscription per user, and collects the indexes of those that have had a turn, in order. */
function queueUp(admission: Admission, users: readonly bigint[]) {
  const begun: number[] = [];
  const turns = users.map((userId) => admission.turn(outletOf(), userId));
  const waits = turns.map(async (turn, n) => {
    const mine = await turn.begin();
    if (mine) begun.push(n);
    return mine;
  });
  return { turns, begun, waits };
}

function times<T>(count: number, value: T): readonly T[] {
  return Array.from({ length: count }, () => value);
}

const refusal = { name: 'OverloadError', code: 'UNAVAILABLE' };

/** Resolves once everything that can proceed by itself has done so: turns are passed on in the next round of the event loop. */
async function settled(): Promise<void> {
  for (let round = 0; round < 3; round += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Reads at most this many pages during the turn. Returns how many it read before it had to wait. */
async function readPages(turn: Turn, atMost: number): Promise<{ readonly pages: number; readonly waiting: Promise<void> }> {
  for (let pages = 0; pages < atMost; pages += 1) {
    let went = false;
    const waiting = turn.room().then(() => {
      went = true;
    });
    await Promise.resolve().then(() => Promise.resolve());
    if (!went) return { pages, waiting };
  }
  return { pages: atMost, waiting: Promise.resolve() };
}

function endAll(turns: readonly Turn[]): void {
  for (const turn of turns) turn.end();
}

describe('catching up', () => {
  it('runs a few subscriptions at a time, those of one user in order of arrival', async () => {
    const { turns, begun, waits } = queueUp(createAdmission({ atOnce: 2, queue: 10 }), times(5, ann));
    await Promise.all(waits.slice(0, 2));
    expect(begun).toEqual([0, 1]);
    turns[1]?.end();
    await waits[2];
    expect(begun).toEqual([0, 1, 2]);
    turns[0]?.end();
    turns[0]?.end();
    turns[2]?.end();
    await Promise.all(waits);
    expect(begun).toEqual([0, 1, 2, 3, 4]);
  });

  it('leaves the event loop to other work between turns', async () => {
    const admission = createAdmission({ atOnce: 4, queue: 1_000 });
    let rounds = 0;
    let over = false;
    function count(): void {
      rounds += 1;
      if (!over) setImmediate(count);
    }
    setImmediate(count);
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        const turn = admission.turn(outletOf(), ann);
        await turn.begin();
        turn.end();
      }),
    );
    over = true;
    expect(rounds).toBeGreaterThanOrEqual(24);
  });

  it('skips a subscription that has ended, and frees its place', async () => {
    const { turns, begun, waits } = queueUp(createAdmission({ atOnce: 1, queue: 10 }), times(3, ann));
    await waits[0];
    turns[1]?.end();
    expect(await waits[1]).toBe(false);
    turns[0]?.end();
    await waits[2];
    expect(begun).toEqual([0, 2]);
  });

  it('is refused with UNAVAILABLE if too many wait, each with another retry time', async () => {
    const admission = createAdmission({ atOnce: 1, queue: 2 });
    const { turns, waits } = queueUp(admission, [ann, ann, ben]);
    await waits[0];
    const refused = await Promise.allSettled(times(20, cat).map((userId) => admission.turn(outletOf(), userId).begin()));
    const errors = refused.map((one) => (one.status === 'rejected' ? one.reason : undefined));
    for (const error of errors) expect(error).toMatchObject(refusal);
    const comeBack = errors.map(({ retryAfterMs }) => retryAfterMs);
    expect(Math.min(...comeBack)).toBeGreaterThanOrEqual(2_000);
    expect(Math.max(...comeBack)).toBeLessThanOrEqual(10_000);
    expect(new Set(comeBack).size).toBeGreaterThan(1);
    endAll(turns);
    await Promise.all(waits);
  });

  it('is refused after a wait that is too long, and goes on for those behind', async () => {
    const admission = createAdmission({ atOnce: 1, queue: 10, waitMs: 5 });
    const first = admission.turn(outletOf(), ann);
    await first.begin();
    await expect(admission.turn(outletOf(), ann).begin()).rejects.toMatchObject(refusal);
    const next = admission.turn(outletOf(), ann).begin();
    first.end();
    expect(await next).toBe(true);
  });

  it('passes the turn on while a client is slow, and back in order, however long the queue is', async () => {
    const admission = createAdmission({ atOnce: 1, queue: 1 });
    const outlet = outletOf(4);
    const slow = admission.turn(outlet, ann);
    await slow.begin();
    const second = admission.turn(outletOf(), ben);
    const waiting = second.begin();
    outlet.push(event);
    outlet.push(event);
    let back = false;
    const room = slow.room().then(() => {
      back = true;
    });
    expect(await waiting).toBe(true);
    const third = admission.turn(outletOf(), cat);
    const thirdWaits = third.begin();
    outlet.poll();
    second.end();
    expect(await thirdWaits).toBe(true);
    expect(back).toBe(false);
    third.end();
    await room;
  });

  it('frees the turn of a client that left while it was slow', async () => {
    const admission = createAdmission({ atOnce: 1, queue: 1 });
    const outlet = outletOf(1);
    const slow = admission.turn(outlet, ann);
    await slow.begin();
    outlet.push(event);
    const room = slow.room();
    await outlet.return();
    await room;
    expect(await admission.turn(outletOf(), ann).begin()).toBe(true);
  });
});

describe('catching up beside other users', () => {
  it('alternates between users, with the subscriptions of each in order of arrival', async () => {
    const users = [ann, ann, ann, ben, ben, cat];
    const { turns, begun, waits } = queueUp(createAdmission({ atOnce: 1, queue: 10 }), users);
    for (const at of [0, 3, 5, 1, 4, 2]) {
      await waits[at];
      turns[at]?.end();
    }
    expect(begun).toEqual([0, 3, 5, 1, 4, 2]);
  });

  it('gives one user all turns while nobody else waits, and then one at a time', async () => {
    const admission = createAdmission({ atOnce: 3, queue: 20 });
    const many = queueUp(admission, times(7, ann));
    await settled();
    expect(many.begun).toEqual([0, 1, 2]);
    const others = queueUp(admission, [ben, cat, dan]);
    endAll(many.turns.slice(0, 2));
    await settled();
    expect(others.begun).toEqual([0, 1]);
    many.turns[2]?.end();
    await settled();
    expect(others.begun).toEqual([0, 1, 2]);
    expect(many.begun).toEqual([0, 1, 2]);
    others.turns[0]?.end();
    await settled();
    expect(many.begun).toEqual([0, 1, 2, 3]);
    // Nobody without a turn waits, so the user may have more than one again.
    endAll(others.turns);
    await settled();
    expect(many.begun).toEqual([0, 1, 2, 3, 4, 5]);
    endAll(many.turns);
  });

  it('passes the turn to another user after some pages, even if one user has hundreds of subscriptions to replay', async () => {
    const admission = createAdmission({ atOnce: 1, queue: 5_000 });
    const many = queueUp(admission, times(400, ann));
    await many.waits[0];
    const [replay] = many.turns;
    if (replay === undefined) throw new Error('nobody is there');
    const stranger = queueUp(admission, [ben]);
    const { pages, waiting } = await readPages(replay, 1_000);
    expect(pages).toBe(8);
    expect(await stranger.waits[0]).toBe(true);
    expect(many.begun).toEqual([0]);
    stranger.turns[0]?.end();
    await waiting;
    endAll(many.turns);
  });

  it('goes on without interruption while only the same user’s subscriptions wait', async () => {
    const { turns, begun, waits } = queueUp(createAdmission({ atOnce: 1, queue: 10 }), times(3, ann));
    await waits[0];
    const [replay] = turns;
    if (replay === undefined) throw new Error('nobody is there');
    expect((await readPages(replay, 500)).pages).toBe(500);
    expect(begun).toEqual([0]);
    endAll(turns);
  });

  it('resumes a replay before the user’s other subscriptions, for as many pages again, after one turn of each other user', async () => {
    const admission = createAdmission({ atOnce: 1, queue: 5_000 });
    const replay = admission.turn(outletOf(), ann);
    await replay.begin();
    const own = queueUp(admission, times(100, ann));
    const others = queueUp(admission, [...times(100, ben), ...times(100, cat)]);
    for (const round of [0, 1, 2]) {
      const { pages, waiting } = await readPages(replay, 1_000);
      // The page that was waited for is one of them.
      expect(pages).toBe(round === 0 ? 8 : 7);
      for (const at of [round, 100 + round]) {
        await others.waits[at];
        others.turns[at]?.end();
      }
      await waiting;
      expect(others.begun).toEqual([0, 100, 1, 101, 2, 102].slice(0, 2 * (round + 1)));
      expect(own.begun).toEqual([]);
    }
    endAll([...own.turns, ...others.turns, replay]);
  });

  it('is refused to a user who has a tenth of the queue already, and to nobody else', async () => {
    const admission = createAdmission({ atOnce: 1, queue: 5_000 });
    const many = queueUp(admission, times(501, ann));
    await expect(admission.turn(outletOf(), ann).begin()).rejects.toMatchObject({ ...refusal, retryAfterMs: expect.any(Number) });
    const stranger = queueUp(admission, [ben]);
    many.turns[0]?.end();
    expect(await stranger.waits[0]).toBe(true);
    endAll([...many.turns, ...stranger.turns]);
    expect(await admission.turn(outletOf(), ann).begin()).toBe(true);
  });

  it('has room in a small queue for 200 subscriptions of one user, and never more than half of it for one user', async () => {
    const admission = createAdmission({ atOnce: 1, queue: 1_000 });
    const { turns, begun, waits } = queueUp(admission, times(200, ann));
    for (const [at, wait] of waits.entries()) {
      await wait;
      turns[at]?.end();
    }
    expect(begun).toHaveLength(200);
    const small = createAdmission({ atOnce: 1, queue: 10 });
    const half = queueUp(small, times(6, ann));
    await expect(small.turn(outletOf(), ann).begin()).rejects.toMatchObject(refusal);
    endAll(half.turns);
  });

  it('does not wait for a subscription that ends between two of its turns', async () => {
    const admission = createAdmission({ atOnce: 1, queue: 10 });
    const replay = admission.turn(outletOf(), ann);
    await replay.begin();
    const others = queueUp(admission, [ben, cat]);
    const { waiting } = await readPages(replay, 1_000);
    await others.waits[0];
    replay.end();
    replay.end();
    await waiting;
    others.turns[0]?.end();
    expect(await others.waits[1]).toBe(true);
    others.turns[1]?.end();
    expect(await admission.turn(outletOf(), ann).begin()).toBe(true);
  });
});
