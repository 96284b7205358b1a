import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { type Administration, createAdministration, createRoles } from '../../src/user/index.ts';
import { fault } from './fault.ts';
import { type UsersWorld, usersOn, usualConfig } from './users-world.ts';

/** What operators may change of what others are called, on any database. */
export function promisesOfOtherProfiles(open: () => Promise<Db>): void {
  let db: Db;
  let world: UsersWorld;
  let office: Administration;

  beforeAll(async () => {
    db = await open();
    world = usersOn(db);
    office = createAdministration({ db, log: world.log, config: { ...usualConfig, adminHandles: ['root'] } });
  });

  afterAll(() => db[Symbol.asyncDispose]());

  const freshHandle = () => `u_${randomBytes(6).toString('hex')}`;

  it('changes all of it in one act, which their devices are told of', async () => {
    const { viewer, handle } = await world.newcomer({ displayName: 'A bad name' });
    const after = {
      handle: freshHandle(),
      displayName: 'Ann',
      avatarUrl: 'https://example.org/a.png',
      bio: 'Hello.',
      data: { team: 'blue' },
    };
    const change = await office.update(null, { userId: viewer.userId, ...after });
    expect(change).toEqual({ before: { handle, displayName: 'A bad name', avatarUrl: null, bio: null, data: null }, after });
    expect(await world.users.byIds([viewer.userId])).toMatchObject([{ ...after, data: '{"team":"blue"}' }]);
    expect(await world.entries(viewer.userId)).toEqual(['SessionStarted', 'ProfileChanged']);
    const found = async (text: string) => (await (await world.users.search(viewer, text))({ first: 5 })).items.map(({ user }) => user.id);
    expect(await found(after.handle)).toEqual([viewer.userId]);
    expect(await found(handle)).toEqual([]);
  });

  it('leaves what it does not name, and makes no entry where nothing changes', async () => {
    const { viewer, handle } = await world.newcomer({ displayName: 'Ann' });
    await office.update(null, { userId: viewer.userId, bio: 'Hello.' });
    expect(await world.users.byIds([viewer.userId])).toMatchObject([{ handle, displayName: 'Ann', bio: 'Hello.' }]);
    await office.update(null, { userId: viewer.userId, bio: 'Hello.', handle: handle.toUpperCase() });
    await office.update(null, { userId: viewer.userId });
    expect(await world.entries(viewer.userId)).toEqual(['SessionStarted', 'ProfileChanged']);
    await office.update(null, { userId: viewer.userId, displayName: null, bio: null });
    expect(await world.users.byIds([viewer.userId])).toMatchObject([{ displayName: handle, bio: null }]);
  });

  it('puts data on them in the place of what was there, and keeps it where it is not named, by them either', async () => {
    const { viewer } = await world.newcomer();
    const stands = async () => (await world.users.byIds([viewer.userId]))[0]?.data;
    const put = (data: Record<string, unknown> | null) => office.update(null, { userId: viewer.userId, data });
    await put({ team: 'blue', of: { a: 1, b: [null] } });
    await put({ of: { b: [null], a: 1 }, team: 'blue' });
    expect(await world.entries(viewer.userId)).toEqual(['SessionStarted', 'ProfileChanged']);
    expect(await stands()).toBe('{"team":"blue","of":{"a":1,"b":[null]}}');
    await world.users.updateProfile(viewer, { displayName: 'Ann' });
    await world.users.changeHandle(viewer, { handle: freshHandle() });
    await office.update(null, { userId: viewer.userId, bio: 'Hello.' });
    expect(await stands()).toBe('{"team":"blue","of":{"a":1,"b":[null]}}');
    await put({});
    expect(await stands()).toBe('{}');
    await put(null);
    expect(await stands()).toBeNull();
  });

  it('refuses data past 1,024 bytes, and what is none', async () => {
    const { viewer } = await world.newcomer();
    const put = (data: Record<string, unknown>) => fault(office.update(null, { userId: viewer.userId, data }));
    expect(await put({ a: 'ä'.repeat(508) })).toEqual([]);
    expect(await put({ a: `${'ä'.repeat(508)}x` })).toEqual(['INVALID_INPUT', 'data']);
    expect(await put({ a: { b: '\0' } })).toEqual(['INVALID_INPUT', 'data', 'a', 'b']);
    expect(await fault(office.createUser({ handle: freshHandle(), data: { a: 'x'.repeat(1_017) } }))).toEqual(['INVALID_INPUT', 'data']);
  });

  it('leaves no data of an account that is erased, by an earlier release either', async () => {
    const { viewer } = await world.newcomer();
    await office.update(null, { userId: viewer.userId, data: { team: 'blue' } });
    await office.erase(null, { userId: viewer.userId, messages: 'KEEP' });
    const where = { id: viewer.userId };
    expect(await db.client.user.findUniqueOrThrow({ where })).toMatchObject({ data: null });
    await db.transaction((tx) => tx.user.update({ where, data: { data: '{"team":"blue"}' } }));
    expect(await world.users.byIds([viewer.userId])).toMatchObject([{ erased: true, data: null }]);
  });

  it('keeps the handle that they had for them, from everybody else', async () => {
    const [{ viewer, handle }, { viewer: other }] = [await world.newcomer(), await world.newcomer()];
    await office.update(null, { userId: viewer.userId, handle: freshHandle() });
    expect(await fault(office.update(null, { userId: other.userId, handle }))).toEqual(['CONFLICT', 'handle']);
    expect(await fault(world.users.changeHandle(other, { handle }))).toEqual(['CONFLICT', 'handle']);
    await world.users.changeHandle(viewer, { handle });
  });

  it('gives nobody a handle that is somebody’s, and none that makes an admin', async () => {
    const [{ viewer }, { handle }] = [await world.newcomer(), await world.newcomer()];
    for (const taken of [handle, 'root']) {
      expect(await fault(office.update(null, { userId: viewer.userId, handle: taken, displayName: 'Other' }))).toEqual([
        'CONFLICT',
        'handle',
      ]);
    }
    const [user] = await world.users.byIds([viewer.userId]);
    expect(user?.displayName).not.toBe('Other');
  });

  it('takes the handle that an admin has by the configuration as what it is: theirs', async () => {
    const { viewer, handle } = await world.newcomer();
    const named = createAdministration({ db, log: world.log, config: { ...usualConfig, adminHandles: [handle] } });
    const { after } = await named.update(null, { userId: viewer.userId, handle, displayName: 'Ann' });
    expect(after).toMatchObject({ handle, displayName: 'Ann' });
  });

  it('is done to admins by the command alone, and to nobody who is not there', async () => {
    const [{ viewer: admin }, { viewer }] = [await world.newcomer(), await world.newcomer()];
    await createRoles({ db, log: world.log, config: usualConfig }).give({ userId: admin.userId, role: 'ADMIN' });
    const change = (userId: bigint, by: bigint | null) => fault(office.update(by, { userId, displayName: 'Other' }));
    expect(await change(admin.userId, viewer.userId)).toEqual(['CONFLICT', 'userId']);
    expect(await change(admin.userId, null)).toEqual([]);
    expect(await change(2n ** 61n, null)).toEqual(['NOT_FOUND', 'userId']);
    await office.erase(null, { userId: viewer.userId, messages: 'KEEP' });
    expect(await change(viewer.userId, null)).toEqual(['NOT_FOUND', 'userId']);
  });
}
