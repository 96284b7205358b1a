import { expect, it } from 'vitest';
import { connectMysql } from '../../src/db/db.mysql.ts';
import { talkOn } from '../group/talk-world.ts';
import { chatOn } from '../support/chat.ts';
import { startStatementLog } from '../support/statement-log.ts';
import { attachedOn, files } from './attached-world.ts';

it('the attachment list costs one or two statements for a message with attachments, and none for text alone', async () => {
  await using log = await startStatementLog();
  // Migrates the database.
  await using _chat = await chatOn(log.stores, { ROLES: 'gateway' });
  const url = log.stores.env['DATABASE_URL'] ?? '';
  await using world = talkOn(await connectMysql({ url, connections: 2, writeDeadlineMs: 8_000, serverKey: true }));
  const gallery = attachedOn(world);
  const ada = await world.person();
  const group = await world.group(ada);
  /** Counts the statements of an act that use the list's table. */
  async function asked<T>(act: () => Promise<T>): Promise<{ readonly result: T; readonly count: number }> {
    const { result, statements } = await log.during(act);
    return { result, count: statements.filter((statement) => statement.includes('AttachedMessage')).length };
  }
  const text = await asked(() => world.say(ada, group));
  const file = await asked(() => gallery.attach(ada, group, 'p1', 't1'));
  const counts = [
    ...[text, file],
    await asked(() => world.messages.edit(ada, { message: text.result, text: 'else' })),
    await asked(() => world.messages.edit(ada, { message: file.result, text: 'else' })),
    await asked(() => world.messages.edit(ada, { message: file.result, text: 'else', attachments: files('s1') })),
    await asked(() => world.messages.recall(ada, text.result)),
    await asked(() => world.messages.recall(ada, file.result)),
  ].map(({ count }) => count);
  expect(counts).toEqual([0, 1, 0, 0, 2, 0, 1]);
});
