import { describe, expect, it } from 'vitest';
import { type Admission, createAdmission, type Turn } from '../../src/feed/admission.ts';
import { Outlet } from '../../src/feed/outlet.ts';

const event = { kind: 'markers', at: new Date(0), conversationId: 1n } as const;

function outletOf(capacity = 16): Outlet {
  return new Outlet({ capacity, signal: new AbortController().signal, onStart: () => undefined, onEnd: () => undefined });
}

/** So many subscriptions that want a turn, and the numbers of those who have had one, in order. */
function queueUp(admission: Admission, count: number) {
  const begun: number[] = [];
  const turns = Array.from({ length: count }, () => admission.turn(outletOf()));
  const waits = turns.map(async (turn, n) => {
    const mine = await turn.begin();
    if (mine) begun.push(n);
    return mine;
  });
  return { turns, begun, waits };
}

function endAll(turns: readonly Turn[]): void {
  for (const turn of turns) turn.end();
}

describe('catching up', () => {
  it('is a few at a time, in order of arrival', async () => {
    const { turns, begun, waits } = queueUp(createAdmission({ atOnce: 2, queue: 10 }), 5);
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

  it('leaves the event loop to others between turns', async () => {
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
        const turn = admission.turn(outletOf());
        await turn.begin();
        turn.end();
      }),
    );
    over = true;
    expect(rounds).toBeGreaterThanOrEqual(24);
  });

  it('is not waited for any more by one that has ended, nor is its place kept', async () => {
    const { turns, begun, waits } = queueUp(createAdmission({ atOnce: 1, queue: 10 }), 3);
    await waits[0];
    turns[1]?.end();
    expect(await waits[1]).toBe(false);
    turns[0]?.end();
    await waits[2];
    expect(begun).toEqual([0, 2]);
  });

  it('is refused where too many wait, with a time to come back that differs from one to the next', async () => {
    const admission = createAdmission({ atOnce: 1, queue: 2 });
    const { turns, waits } = queueUp(admission, 3);
    await waits[0];
    const refused = await Promise.allSettled(Array.from({ length: 20 }, () => admission.turn(outletOf()).begin()));
    const errors = refused.map((one) => (one.status === 'rejected' ? one.reason : undefined));
    for (const error of errors) expect(error).toMatchObject({ name: 'OverloadError', code: 'UNAVAILABLE' });
    const times = errors.map(({ retryAfterMs }) => retryAfterMs);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(2_000);
    expect(Math.max(...times)).toBeLessThanOrEqual(10_000);
    expect(new Set(times).size).toBeGreaterThan(1);
    endAll(turns);
    await Promise.all(waits);
  });

  it('is refused to who has waited too long, and goes on for those behind', async () => {
    const admission = createAdmission({ atOnce: 1, queue: 10, waitMs: 5 });
    const first = admission.turn(outletOf());
    await first.begin();
    await expect(admission.turn(outletOf()).begin()).rejects.toMatchObject({ name: 'OverloadError', code: 'UNAVAILABLE' });
    const next = admission.turn(outletOf()).begin();
    first.end();
    expect(await next).toBe(true);
  });

  it('is another’s turn while a client makes no room, and its own again in order, however long the queue is', async () => {
    const admission = createAdmission({ atOnce: 1, queue: 1 });
    const outlet = outletOf(4);
    const slow = admission.turn(outlet);
    await slow.begin();
    const second = admission.turn(outletOf());
    const waiting = second.begin();
    outlet.push(event);
    outlet.push(event);
    let back = false;
    const room = slow.room().then(() => {
      back = true;
    });
    expect(await waiting).toBe(true);
    const third = admission.turn(outletOf());
    const thirdWaits = third.begin();
    outlet.poll();
    second.end();
    expect(await thirdWaits).toBe(true);
    expect(back).toBe(false);
    third.end();
    await room;
  });

  it('does not go on for a client that left while it made no room', async () => {
    const admission = createAdmission({ atOnce: 1, queue: 1 });
    const outlet = outletOf(1);
    const slow = admission.turn(outlet);
    await slow.begin();
    outlet.push(event);
    const room = slow.room();
    await outlet.return();
    await room;
    expect(await admission.turn(outletOf()).begin()).toBe(true);
  });
});
