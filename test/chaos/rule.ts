import { setTimeout as delay } from 'node:timers/promises';
import { MuteMemberDocument, SetRoleDocument, UnmuteMemberDocument, UpdateGroupDocument } from '../support/generated/graphql.ts';
import type { ActParts } from './act.ts';
import type { Ruling } from './attempt.ts';
import { type Asking, type Called, call } from './call.ts';
import type { Actor, Room } from './cast.ts';

// So seldom that most messages are not refused.
const [leastPauseMs, pauseSpreadMs] = [300, 1_200];
const far = '2999-01-01T00:00:00.000Z';

/**
 * Makes a room's owner change roles, mute and unmute, and rename the group, one act after the other. The guest is left out: their role ends
 * with their stay.
 */
export async function ruleRoom({ random, history, going, settle }: ActParts, room: Room, members: readonly Actor[]): Promise<void> {
  const others = members.filter(({ id }) => id !== room.owner.id && id !== room.guest.id);
  const muted = new Set<string>();
  let names = 0;

  async function note(ruling: Pick<Ruling, 'user' | 'kind' | 'to'>, act: (asking: Asking) => Promise<Called<unknown>>): Promise<void> {
    await settle(async ({ number: node, node: { url } }, began) => {
      const called = await act({ url, token: room.owner.tokens[0] });
      history.note({ what: 'ruling', stream: room.id, ...ruling, began, node, outcome: called.outcome, code: called.code });
      return called;
    });
  }

  function give({ id: userId }: Actor): Promise<void> {
    const role = random() < 0.5 ? 'ADMIN' : 'MEMBER';
    const input = { groupId: room.id, userId, role } as const;
    return note({ user: userId, kind: 'role', to: role }, (asking) =>
      call(asking, SetRoleDocument, { input }, (data) => data.setRole.errors),
    );
  }

  function mute({ id: userId }: Actor): Promise<void> {
    const input = { groupId: room.id, userId };
    if (muted.delete(userId)) {
      return note({ user: userId, kind: 'mute', to: 'heard' }, (asking) =>
        call(asking, UnmuteMemberDocument, { input }, (data) => data.unmuteMember.errors),
      );
    }
    muted.add(userId);
    return note({ user: userId, kind: 'mute', to: 'muted' }, (asking) =>
      call(asking, MuteMemberDocument, { input: { ...input, until: far } }, (data) => data.muteMember.errors),
    );
  }

  function rename(): Promise<void> {
    names += 1;
    const name = `Called ${names}`;
    return note({ user: '', kind: 'name', to: name }, (asking) =>
      call(asking, UpdateGroupDocument, { input: { groupId: room.id, name } }, (data) => data.updateGroup.errors),
    );
  }

  while (going()) {
    await delay(leastPauseMs + pauseSpreadMs * random());
    const other = others[Math.floor(random() * others.length)];
    if (other === undefined) return;
    const what = random();
    if (what < 0.4) await give(other);
    else if (what < 0.8) await mute(other);
    else await rename();
  }
}
