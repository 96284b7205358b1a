import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { password, type UsersWorld, usersOn, usualConfig } from './users-world.ts';

const dayMs = 86_400_000;

/** What sessions and refresh tokens promise, on any database. */
export function promisesOfSessions(open: () => Promise<Db>): void {
  let db: Db;
  let world: UsersWorld;
  beforeAll(async () => {
    db = await open();
    world = usersOn(db);
  });
  afterAll(() => db[Symbol.asyncDispose]());

  describe('a refresh token', () => {
    test('gives a new pair of tokens, again and again', async () => {
      const first = await world.newcomer();
      let { refreshToken } = first;
      for (let round = 0; round < 3; round += 1) {
        const next = await world.users.refresh({ refreshToken });
        expect(next.viewer).toEqual(first.viewer);
        expect(next.refreshToken).not.toBe(refreshToken);
        expect(await world.users.authenticate(next.accessToken)).toMatchObject(first.viewer);
        refreshToken = next.refreshToken;
      }
      expect(await world.entries(first.viewer.userId)).toEqual(['SessionStarted']);
    });

    test('is rate limited beyond what clients need, for each session', async () => {
      const { refreshToken } = await world.newcomer();
      const enough = 100 + (10 * 15 * 60) / usualConfig.accessTokenSeconds;
      for (let round = 0; round < enough; round += 1) await world.users.refresh({ refreshToken });
      await expect(world.users.refresh({ refreshToken })).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
      await world.users.refresh({ refreshToken: (await world.newcomer()).refreshToken });
    });

    test('used again within 30 s gives the same successor, also concurrently on two nodes', async () => {
      const { refreshToken } = await world.newcomer();
      const other = world.node();
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? world.users : other).refresh({ refreshToken })),
      );
      const successors = new Set(answers.map((answer) => answer.refreshToken));
      expect(successors.size).toBe(1);
      const [successor = ''] = successors;
      expect((await world.users.refresh({ refreshToken: successor })).refreshToken).not.toBe(successor);
    });

    test('used again later ends the session with one entry, and no token of the session works any longer', async () => {
      const { viewer, refreshToken } = await world.newcomer();
      const next = await world.users.refresh({ refreshToken });
      await world.age(viewer.sessionId, 31_000);
      await expect(world.users.refresh({ refreshToken })).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
      expect(await world.entries(viewer.userId)).toEqual(['SessionStarted', 'SessionEnded']);
      await expect(world.users.refresh({ refreshToken: next.refreshToken })).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
      await expect(world.users.authenticate(next.accessToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      await expect(world.users.refresh({ refreshToken })).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
      expect(await world.entries(viewer.userId)).toEqual(['SessionStarted', 'SessionEnded']);
    });

    test('two generations old ends the session at once', async () => {
      const { viewer, refreshToken } = await world.newcomer();
      const next = await world.users.refresh({ refreshToken });
      await world.users.refresh({ refreshToken: next.refreshToken });
      await expect(world.users.refresh({ refreshToken })).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
      expect(await world.users.sessions(viewer)).toEqual([]);
    });

    test('that is malformed or forged is refused and changes nothing', async () => {
      const { viewer, accessToken, refreshToken } = await world.newcomer();
      const [kid = '', session = '', , signature = ''] = refreshToken.split('.');
      const wrong = [
        '',
        'x',
        '....',
        `${kid}.${session}.2.${signature}`,
        `other.${session}.1.${signature}`,
        refreshToken.toLowerCase(),
        ` ${refreshToken}`,
        accessToken,
        `${refreshToken}\n`,
      ];
      for (const token of wrong) {
        await expect(world.users.refresh({ refreshToken: token }), token).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
      }
      expect(await world.users.sessions(viewer)).toHaveLength(1);
      await world.users.refresh({ refreshToken });
    });

    test('newer than a restored database is refused, and the session stays', async () => {
      const { viewer, refreshToken } = await world.newcomer();
      const ahead = await world.users.refresh({ refreshToken });
      await db.transaction((tx) => tx.session.updateMany({ where: { userId: viewer.userId }, data: { generation: 1 } }));
      await expect(world.users.refresh({ refreshToken: ahead.refreshToken })).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
      expect(await world.users.sessions(viewer)).toHaveLength(1);
    });

    test('extends its session, which expires after SESSION_DAYS without use', async () => {
      const { viewer, refreshToken } = await world.newcomer();
      await world.age(viewer.sessionId, 59 * dayMs);
      const next = await world.users.refresh({ refreshToken });
      await world.age(viewer.sessionId, 59 * dayMs);
      const last = await world.users.refresh({ refreshToken: next.refreshToken });
      await world.age(viewer.sessionId, 60 * dayMs);
      await expect(world.users.refresh({ refreshToken: last.refreshToken })).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
      expect(await world.users.sessions(viewer)).toEqual([]);
      expect(await world.users.session(viewer, viewer.sessionId)).toBeNull();
    });
  });

  describe('sessions', () => {
    test('that have expired end with an entry at the next sign-in', async () => {
      const { viewer, handle } = await world.newcomer();
      await world.age(viewer.sessionId, 61 * dayMs);
      const again = await world.users.signIn({ handle, password, address: world.address() });
      expect(await world.entries(viewer.userId)).toEqual(['SessionStarted', 'SessionEnded', 'SessionStarted']);
      expect((await world.users.sessions(viewer)).map(({ id }) => id)).toEqual([again.viewer.sessionId]);
    });

    test('can be seen and ended by their user only', async () => {
      const [one, two] = [await world.newcomer(), await world.newcomer()];
      expect(await world.users.session(one.viewer, one.viewer.sessionId)).toMatchObject({ id: one.viewer.sessionId });
      expect(await world.users.session(two.viewer, one.viewer.sessionId)).toBeNull();
      for (const sessionId of [one.viewer.sessionId, randomUUID(), 'nonsense', '', one.viewer.sessionId.toUpperCase()]) {
        await expect(world.users.signOut(two.viewer, { sessionId })).rejects.toMatchObject({ code: 'NOT_FOUND', field: ['sessionId'] });
        expect(await world.users.session(two.viewer, sessionId)).toBeNull();
      }
      expect(await world.users.sessions(one.viewer)).toHaveLength(1);
    });

    test('end once when the viewer signs out, this one or another', async () => {
      const { viewer, handle, refreshToken } = await world.newcomer();
      const phone = await world.users.signIn({ handle, password, address: world.address() });
      const ended = [
        await world.users.signOut(phone.viewer, { sessionId: viewer.sessionId }),
        await world.users.signOut(phone.viewer, { sessionId: viewer.sessionId }),
        await world.users.signOut(phone.viewer, {}),
        await world.users.signOut(phone.viewer, {}),
      ];
      expect(ended).toEqual([viewer.sessionId, viewer.sessionId, phone.viewer.sessionId, phone.viewer.sessionId]);
      expect(await world.entries(viewer.userId)).toEqual(['SessionStarted', 'SessionStarted', 'SessionEnded', 'SessionEnded']);
      await expect(world.users.refresh({ refreshToken })).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
      expect(await world.users.session(viewer, viewer.sessionId)).toBeNull();
    });

    test('end even if a refresh races with the sign-out', async () => {
      for (let round = 0; round < 5; round += 1) {
        const { viewer, refreshToken } = await world.newcomer();
        const [refreshed] = await Promise.allSettled([world.users.refresh({ refreshToken }), world.users.signOut(viewer, {})]);
        expect(await world.users.sessions(viewer)).toEqual([]);
        if (refreshed.status === 'fulfilled') {
          await expect(world.users.authenticate(refreshed.value.accessToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
        }
      }
    });
  });
}
