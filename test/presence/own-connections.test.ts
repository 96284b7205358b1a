import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMemoryRoster } from '../../src/presence/roster.memory.ts';
import { leaseMs } from '../cluster/flock.ts';
import { type Attending, attending, awaySeconds, device, presenceGraceMs } from './attending.ts';

describe('the connections of a node', () => {
  let at: Attending;
  beforeEach(async () => {
    at = await attending(createMemoryRoster());
  });
  afterEach(() => at[Symbol.asyncDispose]());

  test('stay on the roster for the grace period after their end, and no longer', async () => {
    const { own, bird } = await at.node();
    const held = own.connect(device(), () => undefined);
    await expect.poll(at.there).toEqual(['here']);
    held[Symbol.dispose]();
    await expect.poll(at.there).toEqual(['leaving']);
    await bird.clock.advance(presenceGraceMs - 1);
    expect(await at.there()).toEqual(['leaving']);
    await bird.clock.advance(1);
    await expect.poll(at.there).toEqual([]);
    await expect.poll(() => at.devices).toEqual([1, 0]);
  });

  test('cause no event for a device that reconnects within the grace period, on another node', async () => {
    const [one, other] = [await at.node(), await at.node()];
    const phone = device();
    const held = one.own.connect(phone, () => undefined);
    await expect.poll(() => at.devices).toEqual([1]);
    held[Symbol.dispose]();
    await one.bird.clock.advance(presenceGraceMs - 1);
    other.own.connect(phone, () => undefined);
    await expect.poll(at.there).toEqual(['leaving', 'here']);
    await one.bird.clock.advance(1);
    await expect.poll(at.there).toEqual(['here']);
    // Any event about it would come before this one, because events are in order.
    other.own.connect(device(), () => undefined);
    await expect.poll(() => at.devices).toEqual([1, 2]);
  });

  test('become idle after a time without requests, and active with the next one', async () => {
    const { own, bird } = await at.node();
    const held = own.connect(device(), () => undefined);
    await bird.clock.advance(awaySeconds * 1_000 - 1);
    expect(await at.there()).toEqual(['here']);
    await bird.clock.advance(awaySeconds * 250);
    await expect.poll(at.there).toEqual(['idle']);
    held.active();
    await expect.poll(at.there).toEqual(['here']);
  });

  test('that exceed the limit after the roster has regained a lost one are ended, the oldest first', async () => {
    const roster = createMemoryRoster();
    await using forgetful = await attending(roster);
    const [one, other] = [await forgetful.node({ maxConnections: 1 }), await forgetful.node({ maxConnections: 1 })];
    const closed: string[] = [];
    const older = one.own.connect(device(), (why) => closed.push(`older ${why}`));
    await expect.poll(forgetful.there).toEqual(['here']);
    const [lost] = (await roster.of([1n]))[0]?.connections ?? [];
    if (lost === undefined) throw new Error('it was there');
    await roster.remove(lost);
    await expect.poll(() => Date.now()).toBeGreaterThan(lost.since.getTime());
    other.own.connect(device(), (why) => closed.push(`younger ${why}`));
    await expect.poll(forgetful.there).toEqual(['here']);
    expect(closed).toEqual([]);
    // Its node restores it with its next write.
    await forgetful.flock.live(awaySeconds * 1_250, one.bird, other.bird);
    await expect.poll(() => closed).toEqual(['older TOO_MANY']);
    older[Symbol.dispose]();
    await expect.poll(forgetful.there).toEqual(['idle', 'leaving']);
  });

  test('of a node that died are removed a grace period after its takeover', async () => {
    const [dead, heir] = [await at.node(), await at.node()];
    await at.flock.live(leaseMs, dead.bird, heir.bird);
    dead.own.connect(device(), () => undefined);
    await expect.poll(() => at.devices).toEqual([1]);
    await at.flock.live(2 * leaseMs, heir.bird);
    await at.flock.live(presenceGraceMs - 1.5 * leaseMs, heir.bird);
    expect(await at.there()).toEqual(['here']);
    await at.flock.live(1.5 * leaseMs, heir.bird);
    await expect.poll(at.there).toEqual([]);
    await expect.poll(() => at.devices).toEqual([1, 0]);
  });

  test('of a node that died are removed concurrently, however many', async () => {
    const roster = createMemoryRoster();
    const all = Promise.withResolvers<void>();
    let asked = 0;
    await using many = await attending({
      ...roster,
      async remove(ref) {
        asked += 1;
        if (asked === 3) all.resolve();
        await all.promise;
        return await roster.remove(ref);
      },
    });
    const [dead, heir] = [await many.node(), await many.node()];
    await many.flock.live(leaseMs, dead.bird, heir.bird);
    for (let n = 0; n < 3; n += 1) dead.own.connect(device(), () => undefined);
    await expect.poll(many.there).toEqual(['here', 'here', 'here']);
    await many.flock.live(2 * leaseMs + presenceGraceMs, heir.bird);
    await expect.poll(many.there).toEqual([]);
    await expect.poll(() => many.devices.at(-1)).toBe(0);
  });

  test('of a node that was paused and taken over count until the end of the heir’s grace period, not only until it is fenced', async () => {
    const [paused, heir] = [await at.node(), await at.node()];
    await at.flock.live(leaseMs, paused.bird, heir.bird);
    paused.own.connect(device(), () => undefined);
    await expect.poll(at.there).toEqual(['here']);
    await at.flock.live(2 * leaseMs, heir.bird);
    paused.bird.clock.pause(2 * leaseMs);
    await at.flock.live(leaseMs, paused.bird, heir.bird);
    expect(paused.bird.told.fenced).toBe(1);
    paused.own.connect(device(), () => undefined);
    await at.flock.live(2 * presenceGraceMs, paused.bird, heir.bird);
    await expect.poll(at.there).toEqual(['here']);
    await expect.poll(() => at.devices).toEqual([1, 2, 1]);
  });
});
