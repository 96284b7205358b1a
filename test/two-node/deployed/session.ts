import { describe, expect, it } from 'vitest';
import {
  ChangePasswordDocument,
  type FollowedFragment,
  MeDocument,
  RefreshTokenDocument,
  SendMessageDocument,
  SessionsDocument,
  SignOutDocument,
  SignOutOthersDocument,
} from '../../support/generated/graphql.ts';
import { rawId } from '../../support/raw-sql.ts';
import { refusals } from '../../support/refusal.ts';
import { given, type Person, password, peopleOf } from '../../support/world.ts';
import type { Deployment, Way } from '../deployment.ts';
import { refusalOnSocket, says, turnedAway } from '../ear.ts';

/** Tests that a session that ends loses its connections on every node. `deployed`: with MAX_SESSIONS 2. */
export function sessionsEnd(deployed: Deployment): void {
  const { here, ways, listen, stream } = deployed;

  /** What ends the session on a phone, whose owner also has a desk. */
  const endings = [
    { did: 'signs out', end: (phone: Person) => here.ask(SignOutDocument, { input: {} }, phone) },
    {
      did: 'is signed out from another device',
      async end(phone: Person, desk: Person) {
        const sessionId = await sessionOf(phone);
        expect((await here.ask(SignOutDocument, { input: { sessionId } }, desk)).signOut).toEqual({ sessionId, errors: [] });
      },
    },
    {
      did: 'is signed out with all but one',
      async end(_phone: Person, desk: Person) {
        expect((await here.ask(SignOutOthersDocument, { input: {} }, desk)).signOutOthers).toMatchObject({ errors: [] });
      },
    },
    {
      did: 'has its password changed by another device',
      async end(_phone: Person, desk: Person) {
        const input = { currentPassword: password, newPassword: `${password} indeed` };
        expect((await here.ask(ChangePasswordDocument, { input }, desk)).changePassword).toMatchObject({ errors: [] });
      },
    },
    { did: 'makes room for one sign-in more than there may be', end: (phone: Person) => here.anotherDevice(phone, 'one too many') },
    {
      did: 'shows a refresh token that was used long ago',
      async end({ id, refreshToken }: Person) {
        const refresh = () => here.ask(RefreshTokenDocument, { input: { refreshToken } });
        expect((await refresh()).refreshToken.errors).toEqual([]);
        // Before that, it would count as a repetition of the same refresh.
        await deployed.sql.run(`UPDATE Session SET rotatedAt = rotatedAt - INTERVAL 1 MINUTE WHERE userId = ${rawId(id)}`);
        expect(refusals((await refresh()).refreshToken.errors)).toEqual(['INVALID_CREDENTIALS']);
      },
    },
  ] as const;

  async function sessionOf(person: Person): Promise<string> {
    const { sessions } = given((await here.ask(SessionsDocument, {}, person)).viewer, []);
    return given(sessions.find(({ viewerIsCurrent }) => viewerIsCurrent)?.id, []);
  }

  function changesViewer({ __typename }: FollowedFragment): boolean {
    return __typename === 'ViewerChanged';
  }

  /** Expects that every request with the token is refused. */
  async function expectRefused({ there }: Way, person: Person, conversationId: string): Promise<void> {
    const { url } = there();
    const { post } = peopleOf(() => url);
    expect(refusals((await post(MeDocument, {}, person)).errors)).toEqual(['UNAUTHENTICATED']);
    const input = { conversationId, clientMessageId: 'late', text: 'hi' };
    expect(refusals((await post(SendMessageDocument, { input }, person)).errors)).toEqual(['UNAUTHENTICATED']);
    expect(turnedAway).toContain(await refusalOnSocket({ url, token: person.token }));
  }

  describe.each(Object.values(ways))('on another node, $name', (way) => {
    it.each(endings)('a session that $did loses all its connections, and no other session loses any', async ({ end }) => {
      const [phone, ben] = await here.people('ann', 'ben');
      const desk = await here.anotherDevice(phone, 'desk');
      const group = await here.group(phone, ben);
      const node = way.there();
      const onSockets = [await listen(node, phone), await listen(node, phone, group)];
      const onStreams = [await stream(node, phone), await stream(node, phone, group)];
      const own = [await listen(node, desk), await stream(node, desk)];
      const all = [...own, await listen(node, desk, group), await stream(node, desk, group), await listen(node, ben)];

      await way.begin();
      try {
        await end(phone, desk);
        await expectRefused(way, phone, group);
        for (const ear of onSockets) expect((await ear.end()).how).toBe(4401);
        for (const ear of onStreams) expect((await ear.end()).how).toBe('UNAUTHENTICATED');
        for (const ear of own) await ear.hear(changesViewer);
        await here.say(desk, group, 'from the desk');
        for (const ear of all) await ear.hear(says('from the desk'));
        await way.felt();
      } finally {
        await way.end();
      }
    });
  });
}
