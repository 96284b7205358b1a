import { createECDH } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import { connectMysql } from '../../src/db/db.mysql.ts';
import type { Viewer } from '../../src/user/index.ts';
import { groupOf, person, say } from '../support/people.ts';
import { faultsOf, planOf } from '../support/query-plan.ts';
import type { StatementLog } from '../support/statement-log.ts';

/** Tests what is read for pushes, in tables that were filled around a viewer. `chat`: one that does nothing by itself. */
export function explainPush(place: () => { readonly log: StatementLog; readonly chat: Chat; readonly viewer: Viewer }): void {
  it('due pushes, their recipients and contents are read by ranges of keys, however much else waits', async () => {
    const { log, chat, viewer } = place();
    const url = log.stores.env['DATABASE_URL'] ?? '';
    await using db = await connectMysql({ url, connections: 2, writeDeadlineMs: 8_000, serverKey: true });
    const ben = await person(chat, 'ben');
    const p256dh = createECDH('prime256v1').generateKeys('base64url');
    await chat.push.registerWeb(ben, { endpoint: 'https://push.example.invalid/x', p256dh, auth: 'A'.repeat(22) });
    const group = await groupOf(chat, viewer, ben);
    const later = "dueAt = '2999-01-01'";
    await log.sql.run(`UPDATE PushDue SET ${later}`, `UPDATE PushDelivery SET ${later}`, 'ANALYZE TABLE PushDue, PushDelivery');
    const seq = await say(chat, viewer, group, 'hello');
    const due = { conversationId: group, fromSeq: seq, seq, dueAt: new Date(0) };
    await db.transaction((tx) => tx.pushDue.create({ data: due }));
    const { statements } = await log.during(() => chat.push.sendDue());
    const selects = [...new Set(statements.filter((each) => /^[\s(]*SELECT\b/.test(each)))];
    const tables = new Set(selects.flatMap((each) => [...each.matchAll(/\bFROM `?(?:mpim`\.`)?(\w+)/g)].map(([, table]) => table)));
    expect([...tables]).toEqual(
      expect.arrayContaining(['PushDue', 'PushDelivery', 'PushDevice', 'QuietHours', 'Membership', 'Message', 'Mention']),
    );
    const faults: (readonly [string, readonly string[]])[] = [];
    for (const statement of selects) {
      const found = faultsOf(await planOf(log.sql, statement));
      if (found.length > 0) faults.push([statement.slice(0, 400), found]);
    }
    expect(faults).toEqual([]);
  });
}
