import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { connectMysql } from '../../src/db/db.mysql.ts';
import type { Viewer } from '../../src/user/index.ts';
import { type Fresh, freshMysql } from '../db/fresh.ts';
import { cutOnce, refusal, startProxy } from '../db/proxy.ts';
import { freshKey, type TalkWorld, talkOn } from '../group/talk-world.ts';

describe('sends whose connection is lost', () => {
  let place: Fresh;
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  let world: TalkWorld;
  let ada: Viewer;
  let bob: Viewer;

  beforeAll(async () => {
    place = await freshMysql(inject('mysqlUrl'));
    const { port } = new URL(place.place);
    proxy = await startProxy(Number(port));
    const url = place.place.replace(`:${port}/`, `:${proxy.port}/`);
    world = talkOn(await connectMysql({ url, connections: 6, writeDeadlineMs: 8_000, serverKey: true }));
    [ada, bob] = await world.people();
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  async function stored(conversationId: bigint): Promise<readonly { readonly seq: number; readonly text: string }[]> {
    const entries = await world.entries(conversationId);
    return entries.flatMap((entry) => (entry.type === 'MessageSent' ? [{ seq: entry.seq, text: entry.data.text }] : []));
  }

  test.each([
    ['before anything is written', 'FOR UPDATE', true],
    ['when the messages have been written', 'INSERT INTO Message', true],
    ['with a COMMIT that never came to the server', 'COMMIT', 'unsent'],
    ['with a COMMIT that was done, but whose answer never came', 'COMMIT', true],
  ] as const)('%s are stored once each, and answered so', async (_, statement, how) => {
    const room = await world.group(ada, bob);
    const isCut = cutOnce(proxy, statement, how);
    const sent = await Promise.all(Array.from({ length: 20 }, (_none, n) => world.say(n % 2 === 0 ? ada : bob, room, `text ${n}`)));
    expect(isCut()).toBe(true);
    const rows = await stored(room);
    expect(rows.map(({ text }) => text).toSorted()).toEqual(sent.map(({ text }) => text).toSorted());
    expect(sent.map(({ seq, text }) => ({ seq, text })).toSorted((a, b) => a.seq - b.seq)).toEqual(rows);
  });

  test.each([
    ['never came to the server', 'unsent'],
    ['was done, but whose answer never came', true],
    ['the servers of a group refuse', refusal(3_101)],
    ['a server refuses because it has left its group', refusal(3_100)],
    ['a server cannot complete', refusal(1_180)],
  ] as const)('with a COMMIT that %s are done once, even without a key of their own', async (_, how) => {
    const room = await world.group(ada, bob);
    const [group] = await world.groups.byIds([room]);
    const isCut = cutOnce(proxy, 'COMMIT', how);
    const seqs = await Promise.all(
      Array.from({ length: 5 }, () =>
        world.log.append({
          lock: [room],
          decide: async () => ({
            entries: () => [{ stream: room, actorId: null, entry: { type: 'GroupChanged', data: { fields: ['name'] } } }],
            result: ({ entries }) => entries[0]?.seq,
          }),
        }),
      ),
    );
    expect(isCut()).toBe(true);
    expect(seqs).toEqual([1, 2, 3, 4, 5].map((n) => (group?.lastSeq ?? 0) + n));
    expect((await world.entries(room)).at(-1)?.seq).toBe(seqs.at(-1));
  });

  test('with a COMMIT that the server has yet to run wait for it and are not stored again', async () => {
    const room = await world.group(ada, bob);
    const late = Promise.withResolvers<void>();
    let asked = false;
    proxy.cutAfter = (bytes) => {
      if (!bytes.includes('COMMIT')) return false;
      proxy.cutAfter = (next) => {
        // The next try waits for the conversation: now the server gets the COMMIT that releases it.
        if (next.includes('FOR UPDATE') && !next.includes('SKIP LOCKED')) {
          asked = true;
          late.resolve();
        }
        return false;
      };
      return late.promise;
    };
    const { seq } = await world.say(ada, room, 'said once');
    expect(asked).toBe(true);
    expect(await stored(room)).toEqual([{ seq, text: 'said once' }]);
    proxy.cutAfter = () => false;
  });

  test('with a COMMIT that the server has yet to run check the mark and are not done again, even without a key of their own', async () => {
    const room = await world.group(ada, bob);
    const [group] = await world.groups.byIds([room]);
    const late = Promise.withResolvers<void>();
    let asked = false;
    proxy.cutAfter = (bytes) => {
      if (!bytes.includes('COMMIT')) return false;
      proxy.cutAfter = (next) => {
        // The query for the mark is in flight: now the server gets the COMMIT that it waits for.
        if (next.includes('LOCK IN SHARE MODE') && next.includes('`Commit`')) {
          asked = true;
          late.resolve();
        }
        return false;
      };
      return late.promise;
    };
    const seq = await world.log.append({
      lock: [room],
      decide: async () => ({
        entries: () => [{ stream: room, actorId: null, entry: { type: 'GroupChanged', data: { fields: ['name'] } } }],
        result: ({ entries }) => entries[0]?.seq,
      }),
    });
    expect([asked, seq]).toEqual([true, (group?.lastSeq ?? 0) + 1]);
    expect((await world.entries(room)).at(-1)?.seq).toBe(seq);
    proxy.cutAfter = () => false;
  });

  test('anywhere and repeatedly are never stored twice or lost, with retries after UNAVAILABLE', async () => {
    const statements = ['FOR UPDATE', 'INSERT INTO Message', 'UPDATE (SELECT', 'COMMIT', 'LOCK IN SHARE MODE'] as const;
    const cut = fc.record({
      statement: fc.constantFrom(...statements),
      how: fc.constantFrom(true as const, 'unsent' as const),
      after: fc.integer({ min: 0, max: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(cut, { minLength: 1, maxLength: 5 }), async (cuts) => {
        const room = await world.group(ada, bob);
        const planned = [...cuts];
        let seen = 0;
        proxy.cutAfter = (bytes) => {
          const [next] = planned;
          if (next === undefined || !bytes.includes(next.statement)) return false;
          seen += 1;
          if (seen <= next.after) return false;
          seen = 0;
          planned.shift();
          return next.how;
        };
        async function insist(sender: Viewer, n: number): Promise<{ readonly seq: number; readonly text: string }> {
          const request = { conversationId: room, clientMessageId: freshKey(), text: `text ${n}` };
          for (;;) {
            const [outcome] = await Promise.allSettled([world.messages.send(sender, request)]);
            if (outcome.status === 'fulfilled') return { seq: outcome.value.seq, text: outcome.value.text };
            expect(outcome.reason).toMatchObject({ code: 'UNAVAILABLE' });
          }
        }
        const sent = await Promise.all(Array.from({ length: 24 }, (_, n) => insist(n % 2 === 0 ? ada : bob, n)));
        proxy.cutAfter = () => false;
        expect(sent.toSorted((a, b) => a.seq - b.seq)).toEqual(await stored(room));
      }),
      { numRuns: 15 },
    );
  });

  test('to a stream that another transaction holds do not delay sends to other streams', async () => {
    const [held, free] = [await world.group(ada, bob), await world.group(ada, bob)];
    const other = await place.open();
    const release = Promise.withResolvers<void>();
    const holds = Promise.withResolvers<void>();
    const holding = other.transaction(async (tx) => {
      await other.lockStreams(tx, [held]);
      holds.resolve();
      await release.promise;
    });
    await holds.promise;
    const waiting = Promise.all([world.say(ada, held, 'one'), world.say(bob, held, 'two')]);
    const elsewhere = await Promise.all(Array.from({ length: 10 }, (_, n) => world.say(ada, free, `free ${n}`)));
    expect(elsewhere.length).toBe(10);
    expect(await stored(held)).toEqual([]);
    release.resolve();
    expect((await waiting).map(({ text }) => text)).toEqual(['one', 'two']);
    expect((await stored(held)).map(({ text }) => text)).toEqual(['one', 'two']);
    await holding;
    await other[Symbol.asyncDispose]();
  });
});
