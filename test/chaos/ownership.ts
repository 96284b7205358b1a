import { setTimeout as delay } from 'node:timers/promises';
import { ConversationStateDocument, TransferOwnershipDocument } from '../support/generated/graphql.ts';
import type { ActParts } from './act.ts';
import type { Outcome } from './attempt.ts';
import { call } from './call.ts';
import type { Actor, Hall } from './cast.ts';

const [leastReignMs, reignSpreadMs] = [200, 1_200];
// The share of transfers for which the owner names two heirs at once, on any nodes. One of them becomes the owner.
const twoAtOnce = 1 / 3;

/** Makes the owner transfer the ownership, then the new owner, and so on. */
export async function passCrown({ random, history, going, settle }: ActParts, hall: Hall, members: readonly Actor[]): Promise<void> {
  const { id: stream } = hall;

  function give(by: Actor, to: Actor): Promise<Outcome> {
    return settle(async ({ number: node, node: { url } }, began) => {
      const input = { groupId: stream, userId: to.id };
      const called = await call(
        { url, token: by.tokens[0] },
        TransferOwnershipDocument,
        { input },
        (data) => data.transferOwnership.errors,
      );
      history.note({ what: 'transfer', stream, by: by.id, to: to.id, began, node, outcome: called.outcome, code: called.code });
      return called;
    });
  }

  async function ownerNow(): Promise<Actor | undefined> {
    let owner = '';
    await settle(async ({ node: { url } }) => {
      const called = await call({ url, token: hall.owner.tokens[0] }, ConversationStateDocument, { id: stream });
      const group = called.data?.conversation;
      owner = group?.__typename === 'Group' ? (group.owner?.id ?? '') : '';
      return called;
    });
    return members.find(({ id }) => id === owner);
  }

  for (let owner: Actor | undefined = hall.owner; owner !== undefined && going(); ) {
    await delay(leastReignMs + reignSpreadMs * random());
    const by: Actor = owner;
    const heirs = members
      .filter(({ id }) => id !== by.id)
      .map((heir) => ({ heir, place: random() }))
      .toSorted((one, other) => one.place - other.place)
      .slice(0, random() < twoAtOnce ? 2 : 1);
    const outcomes = await Promise.all(heirs.map(async ({ heir }) => ({ heir, outcome: await give(by, heir) })));
    // If all were refused, an earlier transfer without an answer was stored.
    owner = outcomes.find(({ outcome }) => outcome === 'acknowledged')?.heir ?? (await ownerNow());
  }
}
