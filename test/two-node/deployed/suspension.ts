import { print } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { askAdmin } from '../../support/admin-caller.ts';
import { runAdmin } from '../../support/admin-command.ts';
import { socketClient, subscribe } from '../../support/client.ts';
import {
  FollowedFragmentDoc,
  MeDocument,
  RefreshTokenDocument,
  SendMessageDocument,
  SignInDocument,
} from '../../support/generated/graphql.ts';
import { refusals } from '../../support/refusal.ts';
import { type Person, password, peopleOf } from '../../support/world.ts';
import type { Deployment } from '../deployment.ts';
import { earOnSocket, refusalOnSocket, says, turnedAway } from '../ear.ts';

/** Tests that a suspended user loses every connection and token on every node. */
export function usersAreSuspended(deployed: Deployment): void {
  const { here, ways, listen, stream } = deployed;
  let admin: Person;

  beforeAll(async () => {
    const [ada] = await here.people('ada');
    expect((await runAdmin(deployed.env, 'grant', ada.handle)).errors).toBe('');
    admin = await here.anotherDevice(ada);
  });

  /** Runs an operator's mutation on the node `here`. */
  async function operate(mutation: string, userId: string): Promise<void> {
    const document = `mutation ($userId: ID!) { ${mutation} { errors { code message } } }`;
    const { data, errors } = await askAdmin(deployed.hereNode.adminUrl, document, { userId }, admin);
    expect(errors).toBeUndefined();
    expect(Object.values(data ?? {})).toEqual([{ errors: [] }]);
  }

  const suspend = ({ id }: Person) => operate('suspendUser(input: { userId: $userId, reason: "You sent spam." })', id);
  const restore = ({ id }: Person) => operate('restoreUser(input: { userId: $userId })', id);

  /**
   * Opens a subscription with a multipart response. Resolves once it has begun, with a function that returns the whole response once it has
   * ended.
   */
  async function inParts(url: string, { token }: Person): Promise<() => Promise<string>> {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json',
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({ query: `subscription { events { ...Followed } } ${print(FollowedFragmentDoc)}` }),
    });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('StreamReady')) text += (await reader?.read())?.value ?? '';
    return async () => {
      for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) text += part.value;
      return text;
    };
  }

  function send(conversationId: string, clientMessageId: string) {
    return { input: { conversationId, clientMessageId, text: 'let me in' } };
  }

  describe.each(Object.values(ways))('on another node, $name, a suspended user', (way) => {
    it('loses every connection, and none of their tokens is accepted any more', async () => {
      const [ann, ben] = await here.people('ann', 'ben');
      const desk = await here.anotherDevice(ann, 'desk');
      const group = await here.group(ann, ben);
      const { url } = way.there();
      const there = peopleOf(() => url);
      const sockets = [await listen(way.there(), ann), await listen(way.there(), desk, group)];
      const streams = [await stream(way.there(), ann), await stream(way.there(), desk, group)];
      const [parts, others] = [await inParts(url, desk), await listen(way.there(), ben)];
      const client = socketClient(url, ann.token);
      // Open from before, for the message that is sent on it later.
      expect((await subscribe(client, MeDocument, {}).next()).value).toMatchObject({ data: { viewer: {} } });

      await way.begin();
      try {
        await suspend(ann);
        // On the socket, unless it is closed already.
        const said = await subscribe(client, SendMessageDocument, send(group, 'socket'))
          .next()
          .catch(() => null);
        if (said !== null && said.value !== undefined) {
          const { data, errors } = said.value;
          expect([...(errors ?? []), ...refusals(data?.sendMessage.errors ?? [])]).toEqual(['SUSPENDED']);
        }
        for (const device of [ann, desk]) {
          expect(refusals((await there.post(MeDocument, {}, device)).errors)).toEqual(['UNAUTHENTICATED']);
          expect(refusals((await there.post(SendMessageDocument, send(group, 'http'), device)).errors)).toEqual(['UNAUTHENTICATED']);
          expect(turnedAway).toContain(await refusalOnSocket({ url, token: device.token }));
          const { refreshToken } = await there.ask(RefreshTokenDocument, { input: { refreshToken: device.refreshToken } });
          expect(refreshToken).toMatchObject({
            accessToken: null,
            errors: [{ code: 'SUSPENDED', message: expect.stringContaining('You sent spam.') }],
          });
        }
        const { signIn } = await there.ask(SignInDocument, { input: { handle: ann.handle, password } });
        expect(signIn).toMatchObject({ accessToken: null, errors: [{ code: 'SUSPENDED' }] });

        for (const ear of sockets) expect((await ear.end()).how).toBe(4401);
        for (const ear of streams) expect((await ear.end()).how).toBe('UNAUTHENTICATED');
        expect(await parts()).toMatch(/"UNAUTHENTICATED"[\s\S]*--graphql--\s*$/);
        // Nobody else is affected, and what is sent to the suspended user is stored.
        await here.say(ben, group, 'meanwhile');
        await others.hear(says('meanwhile'));
        await way.felt();
        const stored = "SELECT COUNT(*) FROM Message WHERE clientMessageId IN ('socket', 'http')";
        expect(await deployed.sql.number(stored)).toBe(0);
      } finally {
        await way.end();
        client.terminate();
      }

      await restore(ann);
      const back = await there.anotherDevice(ann);
      const ear = await earOnSocket({ url, token: back.token });
      await here.say(ben, group, 'welcome back');
      await ear.hear(says('welcome back'));
      ear.stop();
      const { seq } = await there.say(back, group, 'thank you');
      // The message from the time of the suspension comes before: the user stayed a member.
      expect(seq).toBeGreaterThan(2);
    });
  });
}
