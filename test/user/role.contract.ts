import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { createAdministration, createRoles, type RoleOwner, type Roles } from '../../src/user/index.ts';
import { password, type UsersWorld, usersOn, usualConfig } from './users-world.ts';

/** Who is an admin, on any database. */
export function promisesOfRoles(open: () => Promise<Db>): void {
  let db: Db;
  let world: UsersWorld;
  let roles: Roles;
  beforeAll(async () => {
    db = await open();
    world = usersOn(db);
    roles = rolesFor();
  });
  beforeEach(async () => {
    await db.transaction((tx) => tx.user.updateMany({ data: { role: 'USER' } }));
  });
  afterAll(() => db[Symbol.asyncDispose]());

  function rolesFor(adminHandles: readonly string[] = [], { log } = world): Roles {
    return createRoles({ db, log, config: { adminHandles } });
  }

  const code = (act: Promise<unknown>) =>
    act.then(
      () => 'done',
      ({ code: why }: { code: string }) => why,
    );
  const token = async (handle: string, node = world.users) =>
    (await node.signIn({ handle, password, address: world.address() })).accessToken;

  describe('the admin role', () => {
    test('is given and taken by handle or id, and the result says whether that changed anything', async () => {
      const { viewer, handle } = await world.newcomer();
      expect(await roles.give({ handle, role: 'ADMIN' })).toMatchObject({ user: { id: viewer.userId }, changed: true });
      expect(await roles.give({ userId: viewer.userId, role: 'ADMIN', byAdmin: true })).toMatchObject({ changed: false });
      expect(await roles.give({ handle: handle.toUpperCase(), role: 'USER' })).toMatchObject({ changed: true });
    });

    test.each<[string, RoleOwner, string]>([
      ['a handle that nobody has', { handle: 'nobody.at.all' }, 'handle'],
      ['what can be nobody’s handle', { handle: '?' }, 'handle'],
      ['an id that nobody has', { userId: 2n ** 62n }, 'userId'],
    ])('is not given to %s', async (_whom, owner, field) => {
      await expect(roles.give({ ...owner, role: 'ADMIN' })).rejects.toMatchObject({ code: 'NOT_FOUND', field: [field] });
    });

    test('is not given to a suspended user', async () => {
      const { viewer } = await world.newcomer();
      const administration = createAdministration({ db, log: world.log, config: usualConfig });
      await administration.suspend(null, { userId: viewer.userId, reason: 'spam' });
      expect(await code(roles.give({ userId: viewer.userId, role: 'ADMIN' }))).toBe('CONFLICT');
      await administration.restore({ userId: viewer.userId });
      expect(await code(roles.give({ userId: viewer.userId, role: 'ADMIN' }))).toBe('done');
    });

    test('can be taken from the last admin by the command line, but not by an admin', async () => {
      const [one, other] = [await world.newcomer(), await world.newcomer()];
      const [userId, otherId] = [one.viewer.userId, other.viewer.userId];
      await roles.give({ userId, role: 'ADMIN' });
      expect(await code(roles.give({ userId, role: 'USER', byAdmin: true }))).toBe('CONFLICT');
      // A user who is not an admin has no role to lose.
      expect(await roles.give({ userId: otherId, role: 'USER', byAdmin: true })).toMatchObject({ changed: false });
      expect(await code(rolesFor([other.handle]).give({ userId, role: 'USER', byAdmin: true }))).toBe('done');
      await roles.give({ userId, role: 'ADMIN' });
      expect(await code(roles.give({ userId, role: 'USER' }))).toBe('done');
    });

    test('cannot be taken by the last two admins from each other concurrently, even on two nodes', async () => {
      const elsewhere = rolesFor([], usersOn(db));
      for (let round = 0; round < 8; round += 1) {
        const [one, other] = [await world.newcomer(), await world.newcomer()];
        const ids = [one.viewer.userId, other.viewer.userId] as const;
        for (const userId of ids) await roles.give({ userId, role: 'ADMIN' });
        const [first, second] = [
          roles.give({ userId: ids[0], role: 'USER', byAdmin: true }),
          elsewhere.give({ userId: ids[1], role: 'USER', byAdmin: true }),
        ];
        expect((await Promise.all([code(first), code(second)])).toSorted()).toEqual(['CONFLICT', 'done']);
        await db.transaction((tx) => tx.user.updateMany({ data: { role: 'USER' } }));
      }
    });
  });

  describe('the owner of a handle in ADMIN_HANDLES', () => {
    const named = (adminHandles: readonly string[]) => world.node({ config: { ...usualConfig, adminHandles } });

    test('is an admin as long as the handle is listed and theirs', async () => {
      const { handle } = await world.newcomer();
      const node = named([handle]);
      const accessToken = await token(handle, node);
      expect(await code(node.authenticateAdmin(accessToken))).toBe('done');
      expect(await code(world.users.authenticateAdmin(accessToken))).toBe('FORBIDDEN');
      const { viewer } = await node.signIn({ handle, password, address: world.address() });
      await node.changeHandle(viewer, { handle: `h.${randomBytes(6).toString('hex')}` });
      expect(await code(node.authenticateAdmin(accessToken))).toBe('FORBIDDEN');
      // The handle is reserved for them, so they can take it again.
      await node.changeHandle(viewer, { handle });
      expect(await code(node.authenticateAdmin(accessToken))).toBe('done');
    });

    test('is the only one who can get it: nobody can sign up with it or change to it if it is free', async () => {
      const free = `h.${randomBytes(6).toString('hex')}`;
      const node = named([free]);
      const taken = { code: 'CONFLICT', field: ['handle'], message: 'This handle is taken. Choose another.' };
      await expect(node.signUp({ handle: free.toUpperCase(), password, address: world.address() })).rejects.toMatchObject(taken);
      const { viewer } = await world.newcomer();
      await expect(node.changeHandle(viewer, { handle: free })).rejects.toMatchObject(taken);
      expect(await rolesFor([free]).unclaimed()).toEqual([free]);
    });

    test('leaves it to nobody if they give it up for good', async () => {
      const { viewer, handle } = await world.newcomer();
      const node = world.node({ config: { ...usualConfig, adminHandles: [handle], handleHoldDays: 0 } });
      await node.changeHandle(viewer, { handle: `h.${randomBytes(6).toString('hex')}` });
      const other = await world.newcomer();
      for (const who of [viewer, other.viewer]) expect(await code(node.changeHandle(who, { handle }))).toBe('CONFLICT');
      expect(await code(world.users.changeHandle(other.viewer, { handle }))).toBe('done');
    });

    test('loses the role only by a change of ADMIN_HANDLES', async () => {
      const { handle } = await world.newcomer();
      const there = rolesFor([handle]);
      for (const byAdmin of [false, true]) {
        await expect(there.give({ handle, role: 'USER', byAdmin })).rejects.toMatchObject({
          code: 'CONFLICT',
          message: expect.stringContaining('ADMIN_HANDLES'),
        });
      }
    });
  });
}
