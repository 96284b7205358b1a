import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Presence } from '../../src/presence/presence.ts';
import { Watch } from '../../src/presence/watch.ts';
import { WatchAccess } from '../../src/presence/watch-access.ts';
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
  const watchedOf = (userId: bigint) => ({ watches, shown: online(userId) });
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
