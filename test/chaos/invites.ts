import { setTimeout as delay } from 'node:timers/promises';
import { CreateInviteDocument, JoinGroupDocument, LeaveGroupDocument } from '../support/generated/graphql.ts';
import type { ActParts } from './act.ts';
import type { Outcome } from './attempt.ts';
import { call } from './call.ts';
import type { Actor, Hall } from './cast.ts';

// Sometimes fewer than there are users outside: those who come too late are refused.
const mostUses = 3;
const [leastStandMs, standSpreadMs] = [500, 1_500];
const [leastStayMs, staySpreadMs] = [500, 2_500];
// Everybody who waits for the next invite uses it at once.
const lookMs = 20;
// An invite whose creation got no answer is known to nobody, and would otherwise stay for ever.
const inviteMs = 60_000;
// A node stores or gives up what it has accepted within its write deadline, which is 5 s here.
const strayMs = 7_000;

/** Makes everybody but the owner leave and come back by invites for a few users, on any node. In the end all are members. */
export async function keepDoor({ random, history, going, settle }: ActParts, hall: Hall, actors: readonly Actor[]): Promise<void> {
  const { id: stream, owner } = hall;
  const visitors = actors.filter(({ id }) => id !== owner.id);
  let newest = '';
  let strayUntil = 0;

  /** Returns the code of the invite, or '' if the run stopped waiting. */
  async function invite(uses: number): Promise<string> {
    let code = '';
    await settle(async ({ node: { url } }) => {
      const input = { groupId: stream, maxUses: uses, expiresAt: new Date(Date.now() + inviteMs).toISOString() };
      const called = await call({ url, token: owner.tokens[0] }, CreateInviteDocument, { input }, (data) => data.createInvite.errors);
      code = called.data?.createInvite.invite?.code ?? '';
      return called;
    });
    if (code !== '') history.note({ what: 'invitation', stream, invite: code, uses });
    return code;
  }

  function go({ id: user, tokens }: Actor, kind: 'join' | 'leave', code: string): Promise<Outcome> {
    return settle(async ({ number: node, node: { url } }, began) => {
      const asking = { url, token: tokens[0] };
      const called =
        kind === 'join'
          ? await call(asking, JoinGroupDocument, { input: { code } }, (data) => data.joinGroup.errors)
          : await call(asking, LeaveGroupDocument, { input: { groupId: stream } }, (data) => data.leaveGroup.errors);
      history.note({ what: 'visit', stream, user, kind, invite: code, began, node, outcome: called.outcome, code: called.code });
      if (called.outcome === 'unknown') strayUntil = history.now() + strayMs;
      return called;
    });
  }

  async function host(): Promise<void> {
    while (going()) {
      newest = await invite(1 + Math.floor(random() * mostUses));
      await delay(leastStandMs + standSpreadMs * random());
    }
  }

  async function comeBack(visitor: Actor): Promise<void> {
    for (let tried = ''; going(); await delay(lookMs)) {
      if (newest === tried) continue;
      tried = newest;
      if ((await go(visitor, 'join', tried)) === 'acknowledged') return;
    }
  }

  async function visit(visitor: Actor): Promise<void> {
    while (going()) {
      await delay(leastStayMs + staySpreadMs * random());
      await go(visitor, 'leave', '');
      await comeBack(visitor);
    }
  }

  await Promise.all([host(), ...visitors.map(visit)]);
  // A leaving without an answer may still be stored, and would end the last stay.
  await delay(Math.max(0, strayUntil - history.now()));
  const last = await invite(visitors.length);
  await Promise.all(visitors.map((visitor) => go(visitor, 'join', last)));
}
