import { describe, expect, inject, test } from 'vitest';
import { onMysql } from '../support/services.ts';
import { freshMysql } from './fresh.ts';
import { type Field, type Key, keyName, readModels } from './models.ts';

/** Our own identifiers: compared byte by byte, and ASCII only. All other text is people's. */
const ascii = new Set([
  'Stream.kind',
  'Entry.type',
  'User.handle',
  'User.passwordHash',
  'User.messagesFrom',
  'User.state',
  'User.role',
  'Presence.choice',
  'Session.deviceKind',
  'Contact.state',
  'ContactRequest.fromState',
  'ContactRequest.toState',
  'Block.state',
  'HandleHold.handle',
  'Identity.issuer',
  'Identity.subject',
  'DataExport.state',
  'JoinRequest.state',
  'GroupInvite.code',
  'Job.kind',
  'Job.key',
  'Job.heldBy',
  'Job.state',
  'ModerationItem.kind',
  'ModerationItem.openTarget',
  'ModerationItem.state',
  'ModerationItem.action',
  'ModerationReport.reason',
  'BlockedWordList.name',
  'BlockedWordList.action',
  'Webhook.url',
  'Webhook.events',
  'Webhook.secret',
  'Webhook.oldSecret',
  'Webhook.state',
  'Webhook.disabledWhy',
  'WebhookBacklog.kind',
  'BeforeSend.url',
  'BeforeSend.secret',
  'BeforeSend.oldSecret',
  'BeforeSend.onFailure',
  'BeforeSend.conversations',
  'Notice.audience',
  'Notice.state',
  'Notice.clientNoticeId',
  'NoticeRecipient.state',
  'PushDevice.kind',
  'PushDevice.address',
  'PushDevice.p256dh',
  'PushDevice.auth',
  'PushDevice.vapidKey',
  'QuietHours.timeZone',
  'PushDelivery.subject',
  'Conversation.kind',
  'Conversation.directKey',
  'Conversation.joinPolicy',
  'Conversation.invitePolicy',
  'Conversation.postPolicy',
  'Conversation.pinPolicy',
  'Conversation.mentionPolicy',
  'Conversation.history',
  'Message.mentionIds',
  'ScheduledMessage.mentionIds',
  'ScheduledMessage.refusalCode',
  'Membership.state',
  'Membership.role',
  'Membership.notificationLevel',
  'ServerKey.id',
  'ServerKey.secret',
  'Deployment.epoch',
  'AuditEntry.action',
  'AuditEntry.outcome',
  'AuditEntry.code',
  'ImportPending.joinPolicy',
]);
/** Compared with their trailing spaces. */
const exact = new Set([
  'Message.clientMessageId',
  'ScheduledMessage.clientMessageId',
  'Conversation.clientGroupId',
  'UserTerm.term',
  'GroupTerm.term',
]);

const columnTypes: Readonly<Record<string, string>> = { BigInt: 'bigint', Int: 'int', Boolean: 'tinyint(1)' };

function collationOf(column: string): string {
  if (ascii.has(column)) return 'ascii_bin';
  // MariaDB and MySQL name the same collation differently.
  const nopad = onMysql ? 'utf8mb4_0900_bin' : 'utf8mb4_nopad_bin';
  return exact.has(column) ? nopad : 'utf8mb4_bin';
}

function columnOf(table: string, { name, type, optional, native, fallback }: Field) {
  const counted = fallback === 'autoincrement()';
  // MariaDB shows a default as it would be written in SQL, MySQL shows its value.
  const [none, quote] = onMysql ? [null, ''] : ['NULL', "'"];
  const written = { true: '1', false: '0' }[fallback ?? ''] ?? fallback?.replaceAll('"', quote) ?? (optional ? none : null);
  return {
    name,
    type: native?.toLowerCase() ?? columnTypes[type],
    nullable: optional ? 'YES' : 'NO',
    fallback: counted ? null : written,
    extra: counted ? 'auto_increment' : '',
    collation: type === 'String' ? collationOf(`${table}.${name}`) : null,
  };
}

describe('a migrated MySQL database', () => {
  test('has every model, field, type, default, collation, key and index, and nothing else', async () => {
    await using place = await freshMysql(inject('mysqlUrl'));
    await (await place.open())[Symbol.asyncDispose]();
    const models = await readModels('prisma/schema.prisma');
    const tables = await place.rows(
      'SELECT TABLE_NAME AS name, ENGINE AS engine FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()',
    );
    const names = [...models.map(({ name }) => name), '_prisma_migrations'];
    expect(tables.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    expect(tables.filter(({ engine }) => engine !== 'InnoDB')).toEqual([]);

    for (const { name: table, fields, keys } of models) {
      const columns = await place.rows(
        `SELECT COLUMN_NAME AS name, REGEXP_REPLACE(COLUMN_TYPE, '^(bigint|int)\\\\(\\\\d+\\\\)$', '\\\\1') AS type, IS_NULLABLE AS nullable,
           COLUMN_DEFAULT AS fallback, EXTRA AS extra, COLLATION_NAME AS collation
         FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '${table}' ORDER BY ORDINAL_POSITION`,
      );
      expect([...columns], table).toEqual(fields.map((field) => columnOf(table, field)));

      const indexes = await place.rows(
        `SELECT INDEX_NAME AS name, MAX(NON_UNIQUE) AS many, GROUP_CONCAT(COLUMN_NAME ORDER BY SEQ_IN_INDEX) AS fields
         FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '${table}' GROUP BY INDEX_NAME`,
      );
      const expected = keys.map((key: Key) => ({
        name: keyName(table, key),
        many: key.kind === 'index' ? 1 : 0,
        fields: key.fields.join(','),
      }));
      const found = indexes.map(({ name, many, fields: of }) => ({ name, many: Number(many), fields: of }));
      expect(
        found.toSorted((a, b) => (String(a.name) < String(b.name) ? -1 : 1)),
        table,
      ).toEqual(expected.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
    }
  });
});
