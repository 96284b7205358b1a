import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Presence } from '../../src/presence/presence.ts';
import { Watch } from '../../src/presence/watch.ts';
import { WatchAccess } from '../../src/presence/watch-access.ts';
import type { Watched } from '../../src/presence/watched.ts';
import type { Viewer } from '../../src/user/index.ts';
import { chatOver } from '../support/chat.ts';
import { sqliteDb } from '../support/db.ts';
import { groupOf, person } from '../support/people.ts';

/** Wraps a database. The result of its first raw SQL query is only returned after `letThrough`. */
function slowAtFirst(db: Db): { readonly db: Db; readonly read: Promise<void>; letThrough(): void } {
  const [read, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let isFirst = true;
  const client = new Proxy(db.client, {
    get(target, name) {
      if (name !== '$queryRaw' || !isFirst) return Reflect.get(target, name);
      isFirst = false;
      return async (...statement: Parameters<typeof target.$queryRaw>) => {
        const rows = await target.$queryRaw(...statement);
        read.resolve();
        await gate.promise;
        return rows;
      };
    },
  });
  return { db: { ...db, client }, read: read.promise, letThrough: gate.resolve };
}

/** Wraps a database that counts its raw SQL queries. */
function counted(db: Db): { readonly db: Db; readonly queries: () => number } {
  let queries = 0;
  const client = new Proxy(db.client, {
    get(target, name) {
      if (name === '$queryRaw') queries += 1;
      return Reflect.get(target, name);
    },
  });
  return { db: { ...db, client }, queries: () => queries };
}

function online(userId: bigint): Presence {
  return { userId, status: 'ONLINE', statusText: null, devices: 1, lastSeenAt: null, profile: 'a' };
}

test('a user who blocks a viewer while their watch is being opened is not shown by an older read, and others are', async () => {
  await using db = await sqliteDb();
  await using chat = chatOver(db);
  const [ann, ben, eve] = [await person(chat, 'ann'), await person(chat, 'ben'), await person(chat, 'eve')];
  await groupOf(chat, ann, ben, eve);
  const slow = slowAtFirst(db);
  const watches = new Set<Watch>();
  const watchedOf = (userId: bigint) => ({ watches, shown: online(userId), veil: (watch: Watch) => watch.veil(userId) });
  await using access = new WatchAccess({ db: slow.db, logger: pino({ level: 'silent' }), watchedOf });
  const { signal } = new AbortController();
  const watch = new Watch({ viewer: ben, userIds: [ann.userId, eve.userId], signal, onStart() {}, onEnd() {} });
  watches.add(watch);
  const opening = access.open(watch);
  await slow.read;
  await chat.blocks.block(ann, { userId: ben.userId });
  access.doubt(ann.userId, [ben.userId]);
  await expect.poll(() => watch.poll()).toMatchObject({ userId: ann.userId, status: 'OFFLINE' });
  slow.letThrough();
  await opening;
  expect(watch.poll()).toMatchObject({ userId: eve.userId, status: 'ONLINE' });
  expect(watch.poll()).toBeUndefined();
  watch.offer(online(ann.userId));
  expect(watch.poll()).toBeUndefined();
});

/** Ann and Ben in a group, and two watches of Ben on her. */
async function scene(open: AsyncDisposableStack) {
  const { db, queries } = counted(open.use(await sqliteDb()));
  const chat = open.use(chatOver(db));
  const [ann, ben] = [await person(chat, 'ann'), await person(chat, 'ben')];
  await groupOf(chat, ann, ben);
  const seats = new Map<bigint, Pick<Watched, 'watches' | 'shown' | 'veil'>>();
  const seat = (userId: bigint) => {
    const known = seats.get(userId) ?? { watches: new Set(), shown: online(userId), veil: (watch: Watch) => watch.veil(userId) };
    seats.set(userId, known);
    return known;
  };
  const looks: bigint[] = [];
  const hook = { onLook: (): void => undefined };
  const access = open.use(
    new WatchAccess({
      db,
      logger: pino({ level: 'silent' }),
      watchedOf(userId) {
        looks.push(userId);
        hook.onLook();
        return seat(userId);
      },
    }),
  );
  const watch = (): Watch => {
    const { signal } = new AbortController();
    const one = new Watch({ viewer: ben, userIds: [ann.userId], signal, onStart() {}, onEnd() {} });
    for (const userId of [ann.userId, ben.userId]) seat(userId).watches.add(one);
    return one;
  };
  return { chat, ann, ben, access, watch, looks, queries, hook };
}

test('all watches of a viewer and all on them are served by one query', async () => {
  await using open = new AsyncDisposableStack();
  const { ben, access, watch, queries } = await scene(open);
  const watches = [watch(), watch(), watch()];
  const before = queries();
  access.doubt(ben.userId, null);
  await expect.poll(() => watches.map((one) => one.poll()?.status)).toEqual(['ONLINE', 'ONLINE', 'ONLINE']);
  expect(queries()).toBe(before + 1);
});

test('access that is known to have changed is read before what a gap makes doubtful', async () => {
  await using open = new AsyncDisposableStack();
  const { ann, access, looks } = await scene(open);
  const { signal } = new AbortController();
  const many = Array.from({ length: 50 }, (_, n) => ({ userId: BigInt(1_000 + n), sessionId: '' }));
  access.doubtAll(many.map((viewer) => new Watch({ viewer, userIds: [], signal, onStart() {}, onEnd() {} })));
  access.doubt(ann.userId, null);
  await expect.poll(() => looks.length).toBe(51);
  expect(looks.indexOf(ann.userId)).toBeLessThan(2);
});

test.each([1, 2, 3])('a change that is told just as the last one has been read is read, too (%i)', async (turns) => {
  await using open = new AsyncDisposableStack();
  const { chat, ann, ben, access, watch, hook } = await scene(open);
  const one = watch();
  access.doubt(ben.userId, null);
  await expect.poll(() => one.poll()?.status).toBe('ONLINE');
  await chat.blocks.block(ann, { userId: ben.userId });
  let isTold = false;
  const tell = async (): Promise<void> => {
    for (let turn = 0; turn < turns; turn += 1) await null;
    access.doubt(ann.userId, [ben.userId]);
  };
  hook.onLook = () => {
    if (isTold) return;
    isTold = true;
    void tell();
  };
  access.doubt(999n, null);
  await expect.poll(() => one.poll()?.status).toBe('OFFLINE');
});

test('all subscriptions of a user watch together no more users than one on each connection may, and one that ends makes room', async () => {
  await using db = await sqliteDb();
  await using chat = chatOver(db, { MAX_WATCHED: '2', MAX_CONNECTIONS: '2' });
  const [ann, ben] = [await person(chat, 'ann'), await person(chat, 'ben')];
  const { signal } = new AbortController();
  const watch = (viewer: Viewer, ...userIds: readonly bigint[]) => chat.presence.watch(viewer, { userIds, signal });
  const open = [watch(ann, 1n, 2n), watch(ann, 1n, 2n)];
  const ends = open.map((one) => one.next());
  await expect(watch(ann, 1n).next()).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
  // Refused again: what was refused was not counted, and takes nothing from the count when it ends.
  await expect(watch(ann, 1n).next()).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
  open.push(watch(ben, 1n, 2n));
  ends.push(...open.slice(2).map((one) => one.next()));
  await open[0]?.return();
  open.push(watch(ann, 3n));
  ends.push(...open.slice(3).map((one) => one.next()));
  for (const one of open) await one.return();
  expect(await Promise.all(ends)).toMatchObject(open.map(() => ({ done: true })));
});
