import { execute, parse } from 'graphql';
import { expect, test } from 'vitest';
import { adminSchema } from '../../schema/admin/index.ts';
import { chatOn } from '../support/chat.ts';
import { groupOf, person, say } from '../support/people.ts';
import { rawSql } from '../support/raw-sql.ts';
import { embeddedStores } from '../support/stores.ts';

test('effectLag answers when workers have been away for longer than an Int has milliseconds', async () => {
  await using stores = await embeddedStores();
  await using chat = await chatOn(stores, { ROLES: 'gateway' });
  await using sql = await rawSql(stores);
  const alice = await person(chat, 'alice');
  const id = await groupOf(chat, alice);
  await say(chat, alice, id, 'long ago');
  await sql.run(
    `UPDATE Message SET sentAt = '2001-01-01 00:00:00.000' WHERE conversationId = ${id}`,
    `UPDATE Entry SET at = '2001-01-01 00:00:00.000' WHERE streamId = ${id}`,
    `UPDATE Stream SET jobSeq = 0, jobsDue = 1 WHERE id = ${id}`,
  );
  const viewer = { userId: alice.userId, sessionId: alice.sessionId };
  const contextValue = { chat, viewer, origin: '127.0.0.1', note: () => undefined };
  const document = parse('{ effectLag { oldestMs } }');
  expect(await execute({ schema: adminSchema, document, contextValue })).toEqual({
    data: { effectLag: { oldestMs: expect.toSatisfy((ms: number) => ms > 2 ** 31) } },
  });
});
