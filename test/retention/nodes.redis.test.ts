import { expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import type { Viewer } from '../../src/user/index.ts';
import { chatOn } from '../support/chat.ts';
import { groupOf, person, say } from '../support/people.ts';
import { rawSql } from '../support/raw-sql.ts';
import { realStores } from '../support/stores.ts';
import { ageIn } from './age.ts';

async function shown({ groups, messages }: Chat, { userId }: Viewer, conversationId: bigint) {
  const [[conversation], [access]] = await Promise.all([groups.byIds([conversationId]), groups.memberships([{ conversationId, userId }])]);
  if (!conversation || !access) throw new Error('no member');
  const [page, unread] = await Promise.all([messages.messages(access, {}), messages.unread([{ conversation, access }])]);
  return { texts: page.items.map(({ text }) => text), unread };
}

it('a setting made on one node applies to the round of another, and both show what is left at once', async () => {
  await using stores = await realStores();
  await using first = await chatOn(stores, { ROLES: 'gateway' });
  await using second = await chatOn(stores, { ROLES: 'worker', JOB_POLL_MS: '60000' });
  const [ann, ben] = [await person(first, 'ann'), await person(first, 'ben')];
  const group = await groupOf(first, ann, ben);
  const seq = await say(first, ann, group, 'gone');
  await say(first, ann, group, 'kept');
  expect(await shown(second, ben, group)).toEqual({ texts: ['gone', 'kept'], unread: [2] });
  await using sql = await rawSql(stores);
  await ageIn(sql, group, seq);
  const round = () => second.retention.round({ after: 0n }, new AbortController().signal);
  await round();
  expect(await shown(first, ben, group)).toEqual({ texts: ['gone', 'kept'], unread: [2] });
  await first.settings.set(null, { settings: [{ name: 'historyDays', value: '30' }] });
  await expect
    .poll(async () => {
      await round();
      return sql.number(`SELECT floorSeq FROM Stream WHERE id = ${group}`);
    })
    .toBe(seq);
  const left = { texts: ['kept'], unread: [1] };
  expect([await shown(first, ben, group), await shown(second, ben, group)]).toEqual([left, left]);
});
