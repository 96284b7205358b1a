import { expect, test } from 'vitest';
import { raiseLastSeen } from '../../src/db/index.ts';
import { chatOver } from '../support/chat.ts';
import { mysqlDb } from '../support/db.ts';
import { person } from '../support/people.ts';

// InnoDB only refreshes its transaction table if nobody has read it for 100 ms.
const unreadMs = 200;

test('a first choice and a concurrent note of when the user was last online are both stored', async () => {
  await using db = await mysqlDb();
  await using chat = chatOver(db);
  const ann = await person(chat, 'ann');
  const at = new Date('2026-01-02T03:04:05.006Z');
  const waiting = () =>
    db.client.$queryRaw<
      unknown[]
    >`SELECT trx_id FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT' AND trx_query LIKE '%Presence%'`;
  let choosing: Promise<unknown> | undefined;
  await db.transaction(async (tx) => {
    await raiseLastSeen(db, tx, [{ userId: ann.userId, at }]);
    choosing = chat.presence.choose(ann, { choice: 'BUSY' });
    await expect.poll(async () => (await waiting()).length, { interval: unreadMs }).toBeGreaterThan(0);
  });
  expect(await choosing).toMatchObject({ choice: 'BUSY' });
  const [row] = await db.client.presence.findMany({ where: { userId: ann.userId } });
  expect(row).toMatchObject({ choice: 'BUSY', lastSeenAt: at });
});
