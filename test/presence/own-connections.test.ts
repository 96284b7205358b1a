import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMemoryRoster } from '../../src/presence/roster.memory.ts';
import { leaseMs } from '../cluster/simulation.ts';
import { type Attending, attending, awaySeconds, device, presenceGraceMs } from './attending.ts';

describe('the connections of a node', () => {
  let at: Attending;
  beforeEach(async () => {
    at = await attending(createMemoryRoster());
  });
  afterEach(() => at[Symbol.asyncDispose]());

  test('stay on the roster for the grace period after their end, and no longer', async () => {
    const { own, node } = await at.node();
    const held = own.connect(device(), () => undefined);
    await expect.poll(at.there).toEqual(['here']);
    held[Symbol.dispose]();
    await expect.poll(at.there).toEqual(['leaving']);
    await node.clock.advance(presenceGraceMs - 1);
    expect(await at.there()).toEqual(['leaving']);
    await node.clock.advance(1);
    await expect.poll(at.there).toEqual([]);
    await expect.poll(() => at.devices).toEqual([1, 0]);
  });

  test('cause no event for a device that reconnects within the grace period, on another node', async () => {
    const [one, other] = [await at.node(), await at.node()];
    const phone = device();
    const held = one.own.connect(phone, () => undefined);
    await expect.poll(() => at.devices).toEqual([1]);
    held[Symbol.dispose]();
    await one.node.clock.advance(presenceGraceMs - 1);
    other.own.connect(phone, () => undefined);
    await expect.poll(at.there).toEqual(['leaving', 'here']);
    await one.node.clock.advance(1);
    await expect.poll(at.there).toEqual(['here']);
    // Any event about it would come before this one, because events are in order.
    other.own.connect(device(), () => undefined);
    await expect.poll(() => at.devices).toEqual([1, 2]);
  });

  test('become idle after a time without requests, and active with the next one', async () => {
    const { own, node } = await at.node();
    const held = own.connect(device(), () => undefined);
    await node.clock.advance(awaySeconds * 1_000 - 1);
    expect(await at.there()).toEqual(['here']);
    await node.clock.advance(awaySeconds * 250);
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
    await forgetful.simulation.advance(awaySeconds * 1_250, one.node, other.node);
    await expect.poll(() => closed).toEqual(['older TOO_MANY']);
    older[Symbol.dispose]();
    await expect.poll(forgetful.there).toEqual(['idle', 'leaving']);
  });

  test('of a node that died are removed a grace period after its takeover', async () => {
    const [dead, heir] = [await at.node(), await at.node()];
    await at.simulation.advance(leaseMs, dead.node, heir.node);
    dead.own.connect(device(), () => undefined);
    await expect.poll(() => at.devices).toEqual([1]);
    await at.simulation.advance(2 * leaseMs, heir.node);
    await at.simulation.advance(presenceGraceMs - 1.5 * leaseMs, heir.node);
    expect(await at.there()).toEqual(['here']);
    await at.simulation.advance(1.5 * leaseMs, heir.node);
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
    await many.simulation.advance(leaseMs, dead.node, heir.node);
    for (let n = 0; n < 3; n += 1) dead.own.connect(device(), () => undefined);
    await expect.poll(many.there).toEqual(['here', 'here', 'here']);
    await many.simulation.advance(2 * leaseMs + presenceGraceMs, heir.node);
    await expect.poll(many.there).toEqual([]);
    await expect.poll(() => many.devices.at(-1)).toBe(0);
  });

  test('of a node that was paused and taken over count until the end of the heir’s grace period, not only until it is fenced', async () => {
    const [paused, heir] = [await at.node(), await at.node()];
    await at.simulation.advance(leaseMs, paused.node, heir.node);
    paused.own.connect(device(), () => undefined);
    await expect.poll(at.there).toEqual(['here']);
    await at.simulation.advance(2 * leaseMs, heir.node);
    paused.node.clock.pause(2 * leaseMs);
    await at.simulation.advance(leaseMs, paused.node, heir.node);
    expect(paused.node.told.fenced).toBe(1);
    paused.own.connect(device(), () => undefined);
    await at.simulation.advance(2 * presenceGraceMs, paused.node, heir.node);
    await expect.poll(at.there).toEqual(['here']);
    await expect.poll(() => at.devices).toEqual([1, 2, 1]);
  });
});
