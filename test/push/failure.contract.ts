import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { groupOf, person, say } from '../support/people.ts';
import { type PushWorld, pushWorld } from './push-world.ts';
import { type PushService, startPushService } from './receiving-end.ts';

/** What push promises if a push service fails, on any database. */
export function promisesOfFailing(open: () => Promise<Db>): void {
  let db: Db;
  let world: PushWorld;
  let other: PushService;
  beforeAll(async () => {
    db = await open();
    other = await startPushService();
    world = await pushWorld(db, { PUSH_ALLOW_HOSTS: other.host });
  });
  afterEach(async () => {
    other.answer(null);
    world.service.answer(null);
    await db.transaction((tx) => tx.pushDelivery.deleteMany());
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  /** Ben's push service, whose answers each test sets, and a node of its own without memory of earlier failures. */
  async function scene() {
    const { chat } = world;
    // The clock stands still, so a service that is left alone stays so for the whole test.
    const push = world.node({}, () => 0);
    const [ann, ben] = [await person(chat, 'ann'), { ...(await person(chat, 'ben')), browser: other.subscribe() }];
    await push.registerWeb(ben, ben.browser);
    const group = await groupOf(chat, ann, ben);
    await world.act();
    await push.sendDue();
    const tell = async (text: string): Promise<void> => {
      await say(chat, ann, group, text);
      await world.act();
      await push.sendDue();
    };
    /** Makes deliveries due, and sends them. */
    const again = async (): Promise<void> => {
      await db.transaction((tx) => tx.pushDelivery.updateMany({ data: { dueAt: new Date(0) } }));
      await push.sendDue();
    };
    const waits = () => db.client.pushDelivery.findFirst({ where: { userId: ben.userId } });
    return { chat, push, ann, ben, group, tell, again, waits, got: ben.browser.received };
  }

  it.each([404, 410])('%i: the subscription is deleted and never tried again', async (status) => {
    const { push, ben, tell, again, waits } = await scene();
    other.answer({ status });
    const before = other.requests;
    await tell('one');
    expect([await push.devices(ben), await waits()]).toEqual([[], null]);
    await again();
    await tell('two');
    expect(other.requests).toBe(before + 1);
  });

  it('a defect in the data of a message or a device delays only their own pushes', async () => {
    const { chat, push, ann, group, again, got } = await scene();
    const [cat, dan] = [await world.subscriber(), await world.subscriber()];
    for (const one of [cat, dan]) await say(chat, ann, await groupOf(chat, ann, one), 'hello');
    const broken = await groupOf(chat, ann, cat);
    await say(chat, ann, broken, 'broken');
    await say(chat, ann, group, 'whole');
    await world.act();
    await db.transaction((tx) => tx.message.updateMany({ where: { conversationId: broken }, data: { attachments: '{' } }));
    await db.transaction((tx) => tx.pushDevice.updateMany({ where: { userId: dan.userId }, data: { p256dh: 'x' } }));
    await push.sendDue();
    expect([got, cat.browser.received, dan.browser.received].map(({ length }) => length)).toEqual([1, 1, 0]);
    const waiting = await db.client.pushDelivery.findMany({ select: { userId: true, attempts: true }, orderBy: { userId: 'asc' } });
    expect(waiting).toEqual([cat, dan].map(({ userId }) => ({ userId, attempts: 1 })));
    await db.transaction((tx) => tx.message.updateMany({ where: { conversationId: broken }, data: { attachments: null } }));
    await again();
    expect(cat.browser.received).toHaveLength(2);
  });

  it('410 does not delete a subscription that was registered meanwhile', async () => {
    const { push, ben, tell, again } = await scene();
    other.answer({ status: 503 });
    await tell('one');
    const fresh = other.subscribe();
    await push.registerWeb(ben, fresh);
    other.answer(null);
    await again();
    expect([ben.browser.received.length, fresh.received.length]).toEqual([0, 1]);
    expect(await push.devices(ben)).toHaveLength(1);
  });

  it.each([
    ['500', { status: 500 }],
    ['503', { status: 503 }],
    ['408', { status: 408 }],
    ['a connection that breaks', 'BREAK'],
  ] as const)('%s: the push is retried with growing delays until it is accepted', async (_what, answer) => {
    const { tell, again, waits, got } = await scene();
    other.answer(answer);
    await tell('hello');
    const first = await waits();
    expect(first).toMatchObject({ attempts: 1 });
    await again();
    expect(await waits()).toMatchObject({ attempts: 2 });
    other.answer(null);
    await again();
    expect([got.length, await waits()]).toEqual([1, null]);
  });

  it.each([
    ['until the time that it names', '1800', 1_800_000],
    ['by a day at most', '1 Jan 200000 00:00:00 GMT', 86_400_000],
  ])('429 delays the retry %s', async (_what, retryAfter, ms) => {
    const { tell, waits } = await scene();
    other.answer({ status: 429, headers: { 'retry-after': retryAfter } });
    await tell('hello');
    const { dueAt } = (await waits()) ?? expect.fail();
    const inMs = dueAt.getTime() - (await db.now()).getTime();
    expect(inMs).toBeGreaterThan(ms - 100_000);
    expect(inMs).toBeLessThan(ms + 100_000);
  });

  it.each([400, 403, 413])('%i: the push is not sent again, and the subscription stays', async (status) => {
    const { push, ben, tell, waits, got } = await scene();
    other.answer({ status });
    await tell('one');
    expect([await waits(), (await push.devices(ben)).length]).toEqual([null, 1]);
    other.answer(null);
    await tell('two');
    expect(got).toHaveLength(1);
  });

  it('a redirect is not followed', async () => {
    const { tell, got } = await scene();
    const elsewhere = world.service.requests;
    other.answer({ status: 307, headers: { location: `https://${world.service.host}/` } });
    await tell('one');
    expect([got, world.service.requests]).toEqual([[], elsewhere]);
  });

  it('a push that could not be sent in its time is dropped', async () => {
    const { tell, again, waits, got } = await scene();
    other.answer({ status: 500 });
    await tell('old news');
    await db.transaction((tx) => tx.pushDelivery.updateMany({ data: { expiresAt: new Date(0) } }));
    other.answer(null);
    await again();
    expect([got, await waits()]).toEqual([[], null]);
  });

  it('a service that hangs delays no push to another one, and is left alone after some tries', { timeout: 60_000 }, async () => {
    const { chat, push, ann, ben, again, waits } = await scene();
    const cat = await world.subscriber();
    other.answer('HANG');
    const groups = await Promise.all([1, 2, 3].map(() => groupOf(chat, ann, ben)));
    for (const group of groups) await say(chat, ann, group, 'to Ben');
    await world.act();
    const before = other.requests;
    const hanging = push.sendDue();
    // Sent by another node meanwhile, which leaves alone what this node has taken.
    await expect.poll(() => other.requests).toBe(before + 3);
    await say(chat, ann, await groupOf(chat, ann, cat), 'to Cat');
    await world.tell();
    expect(cat.browser.received).toHaveLength(1);
    await hanging;
    const tried = other.requests;
    await say(chat, ann, await groupOf(chat, ann, cat), 'to Cat again');
    await world.act();
    await again();
    expect([other.requests, cat.browser.received.length]).toEqual([tried, 2]);
    expect(await waits()).toMatchObject({ attempts: 1 });
  });

  it('a node sends what another has taken only after its lease, and messages sent meanwhile are not lost', async () => {
    const { chat, push, ann, ben, group, tell, got } = await scene();
    other.answer({ status: 503 });
    await tell('one');
    // As a node leaves it that died just after taking it.
    const inAMinute = new Date((await db.now()).getTime() + 60_000);
    const claim = new Uint8Array(16).fill(7);
    await db.transaction((tx) => tx.pushDelivery.updateMany({ where: { userId: ben.userId }, data: { dueAt: inAMinute, claim } }));
    other.answer(null);
    await say(chat, ann, group, 'two');
    await world.act();
    await push.sendDue();
    expect(got).toEqual([]);
    await db.transaction((tx) => tx.pushDelivery.updateMany({ data: { dueAt: new Date(0) } }));
    await push.sendDue();
    expect(got).toMatchObject([{ payload: { body: 'two', count: 2 } }]);
  });
}
