import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { type Administration, createAdministration, createRoles } from '../../src/user/index.ts';
import { fault } from './fault.ts';
import { type UsersWorld, usersOn, usualConfig } from './users-world.ts';

/** What operators can change in other users' profiles, on any database. */
export function promisesOfOtherProfiles(open: () => Promise<Db>): void {
  let db: Db;
  let world: UsersWorld;
  let administration: Administration;

  beforeAll(async () => {
    db = await open();
    world = usersOn(db);
    administration = createAdministration({ db, log: world.log, config: { ...usualConfig, adminHandles: ['root'] } });
  });

  afterAll(() => db[Symbol.asyncDispose]());

  const freshHandle = () => `u_${randomBytes(6).toString('hex')}`;

  it('changes the whole profile in one act and notifies the user’s devices', async () => {
    const { viewer, handle } = await world.newcomer({ displayName: 'A bad name' });
    const after = {
      handle: freshHandle(),
      displayName: 'Ann',
      avatarUrl: 'https://example.org/a.png',
      bio: 'Hello.',
      data: { team: 'blue' },
    };
    const change = await administration.update(null, { userId: viewer.userId, ...after });
    expect(change).toEqual({ before: { handle, displayName: 'A bad name', avatarUrl: null, bio: null, data: null }, after });
    expect(await world.users.byIds([viewer.userId])).toMatchObject([{ ...after, data: '{"team":"blue"}' }]);
    expect(await world.entries(viewer.userId)).toEqual(['SessionStarted', 'ProfileChanged']);
    const found = async (text: string) => (await (await world.users.search(viewer, text))({ first: 5 })).items.map(({ user }) => user.id);
    expect(await found(after.handle)).toEqual([viewer.userId]);
    expect(await found(handle)).toEqual([]);
  });

  it('keeps fields that are not given, and logs no entry if nothing changes', async () => {
    const { viewer, handle } = await world.newcomer({ displayName: 'Ann' });
    await administration.update(null, { userId: viewer.userId, bio: 'Hello.' });
    expect(await world.users.byIds([viewer.userId])).toMatchObject([{ handle, displayName: 'Ann', bio: 'Hello.' }]);
    await administration.update(null, { userId: viewer.userId, bio: 'Hello.', handle: handle.toUpperCase() });
    await administration.update(null, { userId: viewer.userId });
    expect(await world.entries(viewer.userId)).toEqual(['SessionStarted', 'ProfileChanged']);
    await administration.update(null, { userId: viewer.userId, displayName: null, bio: null });
    expect(await world.users.byIds([viewer.userId])).toMatchObject([{ displayName: handle, bio: null }]);
  });

  it('replaces the custom data of a user, which other changes of the profile keep', async () => {
    const { viewer } = await world.newcomer();
    const stands = async () => (await world.users.byIds([viewer.userId]))[0]?.data;
    const put = (data: Record<string, unknown> | null) => administration.update(null, { userId: viewer.userId, data });
    await put({ team: 'blue', of: { a: 1, b: [null] } });
    await put({ of: { b: [null], a: 1 }, team: 'blue' });
    expect(await world.entries(viewer.userId)).toEqual(['SessionStarted', 'ProfileChanged']);
    expect(await stands()).toBe('{"team":"blue","of":{"a":1,"b":[null]}}');
    await world.users.updateProfile(viewer, { displayName: 'Ann' });
    await world.users.changeHandle(viewer, { handle: freshHandle() });
    await administration.update(null, { userId: viewer.userId, bio: 'Hello.' });
    expect(await stands()).toBe('{"team":"blue","of":{"a":1,"b":[null]}}');
    await put({});
    expect(await stands()).toBe('{}');
    await put(null);
    expect(await stands()).toBeNull();
  });

  it('refuses custom data over 1,024 bytes and invalid custom data', async () => {
    const { viewer } = await world.newcomer();
    const put = (data: Record<string, unknown>) => fault(administration.update(null, { userId: viewer.userId, data }));
    expect(await put({ a: 'ä'.repeat(508) })).toEqual([]);
    expect(await put({ a: `${'ä'.repeat(508)}x` })).toEqual(['INVALID_INPUT', 'data']);
    expect(await put({ a: { b: '\0' } })).toEqual(['INVALID_INPUT', 'data', 'a', 'b']);
    expect(await fault(administration.createUser({ handle: freshHandle(), data: { a: 'x'.repeat(1_017) } }))).toEqual([
      'INVALID_INPUT',
      'data',
    ]);
  });

  it('leaves an erased account without custom data, even if an earlier release writes some', async () => {
    const { viewer } = await world.newcomer();
    await administration.update(null, { userId: viewer.userId, data: { team: 'blue' } });
    await administration.erase(null, { userId: viewer.userId, messages: 'KEEP' });
    const where = { id: viewer.userId };
    expect(await db.client.user.findUniqueOrThrow({ where })).toMatchObject({ data: null });
    await db.transaction((tx) => tx.user.update({ where, data: { data: '{"team":"blue"}' } }));
    expect(await world.users.byIds([viewer.userId])).toMatchObject([{ erased: true, data: null }]);
  });

  it('keeps the former handle reserved for its user', async () => {
    const [{ viewer, handle }, { viewer: other }] = [await world.newcomer(), await world.newcomer()];
    await administration.update(null, { userId: viewer.userId, handle: freshHandle() });
    expect(await fault(administration.update(null, { userId: other.userId, handle }))).toEqual(['CONFLICT', 'handle']);
    expect(await fault(world.users.changeHandle(other, { handle }))).toEqual(['CONFLICT', 'handle']);
    await world.users.changeHandle(viewer, { handle });
  });

  it('refuses a handle that is taken and one in ADMIN_HANDLES, and then changes nothing', async () => {
    const [{ viewer }, { handle }] = [await world.newcomer(), await world.newcomer()];
    for (const taken of [handle, 'root']) {
      expect(await fault(administration.update(null, { userId: viewer.userId, handle: taken, displayName: 'Other' }))).toEqual([
        'CONFLICT',
        'handle',
      ]);
    }
    const [user] = await world.users.byIds([viewer.userId]);
    expect(user?.displayName).not.toBe('Other');
  });

  it('accepts the handle in ADMIN_HANDLES that the user already has', async () => {
    const { viewer, handle } = await world.newcomer();
    const named = createAdministration({ db, log: world.log, config: { ...usualConfig, adminHandles: [handle] } });
    const { after } = await named.update(null, { userId: viewer.userId, handle, displayName: 'Ann' });
    expect(after).toMatchObject({ handle, displayName: 'Ann' });
  });

  it('is refused to admins for other admins’ profiles, and for unknown and erased users to everybody', async () => {
    const [{ viewer: admin }, { viewer }] = [await world.newcomer(), await world.newcomer()];
    await createRoles({ db, log: world.log, config: usualConfig }).give({ userId: admin.userId, role: 'ADMIN' });
    const change = (userId: bigint, by: bigint | null) => fault(administration.update(by, { userId, displayName: 'Other' }));
    expect(await change(admin.userId, viewer.userId)).toEqual(['CONFLICT', 'userId']);
    expect(await change(admin.userId, null)).toEqual([]);
    expect(await change(2n ** 61n, null)).toEqual(['NOT_FOUND', 'userId']);
    await administration.erase(null, { userId: viewer.userId, messages: 'KEEP' });
    expect(await change(viewer.userId, null)).toEqual(['NOT_FOUND', 'userId']);
  });
}
