import { createHash } from 'node:crypto';
import { entryTypes } from '../../src/log/index.ts';
import { uuidText } from '../../src/uuid.ts';
import type { RawSql } from './raw-sql.ts';

// The size of the tables: tens of thousands of rows in every table that grows, some of them the viewer's own. Large enough to tell a read
// of a whole table, or of a whole conversation, from a read of one page.
const users = 20_000;
const directs = 4_500;
const smallGroups = 500;
const strangersDirects = 20_000;
const bigMembers = 2_000;
const bigSeqs = 40_000;
const fairMembers = 100;
const fairSeqs = 12_000;

// Ids that the database does not assign itself.
const firstUser = 1_000_000;
const firstDirect = 2_000_000;
const firstSmall = 3_000_000;
const firstStrange = 4_000_000;
const big = 5_000_000;
const fair = 5_000_001;
const firstAsked = 6_000_000;
const firstListed = 7_000_000;

/** What the tables are filled around, by numeric ids. */
export interface LargeWorld {
  /** A group of 2,000 members with 30,000 messages, which the viewer owns. Most of it is unread. */
  readonly bigGroup: number;
  /** A group of 100 members with 9,000 messages, small enough for receipts. */
  readonly fairGroup: number;
  /** The newest entry of each. */
  readonly bigSeq: number;
  readonly fairSeq: number;
  /** A message of each with everything: reactions, edits, replies. */
  readonly bigRoot: number;
  readonly fairRoot: number;
  /** Another user, and their direct conversation with the viewer. */
  readonly other: number;
  readonly direct: number;
  readonly smallGroup: number;
  /** A contact of the viewer, a user who has sent the viewer a contact request, and one to whom the viewer has sent one. */
  readonly contact: number;
  readonly asker: number;
  readonly asked: number;
  /**
   * A group with a pending join request of the viewer, and a user with one for the big group. The code of an invite to the big group, and
   * its id in hexadecimal.
   */
  readonly askedGroup: number;
  readonly wisher: number;
  readonly code: string;
  readonly invite: string;
}

/** Returns the 16-byte id of the row that is created under this name. */
export function namedId(name: string): Buffer {
  return createHash('sha256').update(name).digest().subarray(0, 16);
}

/**
 * Tables that are small by nature. Settings, webhooks, word lists, imports, the audit and suspensions are written by operators and only
 * read by them.
 */
export const smallTables: readonly string[] = [
  ...['ServerKey', 'Deployment', 'Commit', 'SettingsVersion', 'Webhook', 'BeforeSend', '_prisma_migrations'],
  ...['AuditEntry', 'Suspension', 'BlockedWordList', 'Imported', 'ImportPending', 'ImportedRead'],
];

/**
 * Fills a MariaDB database that a node has migrated with the rows of a busy service around one viewer (their numeric id). This takes some
 * seconds. There are 5,002 conversations, thousands of contacts, requests and ended sessions, and tens of thousands of threads and
 * mentions.
 */
export async function fillLarge(sql: RawSql, viewer: string): Promise<LargeWorld> {
  const seq = await sql.number(`SELECT lastSeq FROM Stream WHERE id = ${viewer}`);
  await sql.run('SET unique_checks = 0', 'SET autocommit = 0');
  await sql.run(
    ...people(viewer),
    ...leftOvers(viewer),
    ...conversations(viewer),
    ...said(viewer),
    ...account(viewer, seq),
    ...aroundMessages(viewer),
  );
  await sql.run(...doors(viewer));
  await sql.run(...inSmallGroups(viewer), ...kept(viewer), ...heads);
  await sql.run('COMMIT', 'SET autocommit = 1', `ANALYZE TABLE ${analysed.join(', ')}`);
  return {
    ...{ bigGroup: big, fairGroup: fair, bigSeq: bigSeqs, fairSeq: fairSeqs, bigRoot: bigSeqs - 8, fairRoot: fairSeqs - 8 },
    ...{ other: firstUser + 1, direct: firstDirect + 1, smallGroup: firstSmall + 1 },
    ...{ contact: firstUser + 1, asker: firstUser + 5_001, asked: firstUser + 10_001 },
    ...{
      askedGroup: firstAsked + 1,
      wisher: firstUser + 5_001,
      code: `code${'0'.repeat(15)}1`,
      invite: await sql.text("SELECT LOWER(LEFT(SHA2('invite1', 256), 32))"),
    },
  };
}

const analysed = [
  ...[
    'Stream',
    'Entry',
    'Message',
    'MessageEdit',
    'Mention',
    'Reply',
    'ThreadPart',
    'Reaction',
    'Pin',
    'HiddenMessage',
    'AttachedMessage',
    'PollVote',
  ],
  ...['User', 'Presence', 'UserTerm', 'Session', 'Contact', 'ContactRequest', 'Block', 'Conversation', 'Membership'],
  ...['HandleHold', 'Identity', 'DataExport', 'DataExportPart', 'Job'],
  ...['PushDevice', 'QuietHours', 'PushDue', 'PushDelivery'],
  ...['GroupTerm', 'JoinRequest', 'GroupInvite', 'Notice', 'NoticeRecipient', 'WebhookBacklog'],
  ...['ModerationItem', 'ModerationReport', 'ScheduledMessage', 'Draft', 'SavedMessage'],
];

// A time that grows with the number.
const at = (number: string) => `TIMESTAMP('2026-01-01') + INTERVAL (${number}) SECOND`;

function people(viewer: string): readonly string[] {
  const numbers = `seq_1_to_${users}`;
  return [
    `INSERT INTO Stream (id, kind, lastSeq, lastAt, activeAt, createdAt)
      SELECT ${firstUser} + seq, 'ACCOUNT', 0, ${at('seq')}, ${at('seq')}, ${at('seq')} FROM ${numbers}`,
    `INSERT INTO User (id, handle, displayName, passwordHash, createdAt)
      SELECT ${firstUser} + seq, CONCAT('anna', seq), CONCAT('Anna ', seq), '', ${at('seq')} FROM ${numbers}`,
    `INSERT INTO Presence (userId, choice, statusText, statusUntil, lastSeenAt)
      SELECT ${firstUser} + seq, ELT(1 + seq % 4, 'ONLINE', 'AWAY', 'BUSY', 'INVISIBLE'), IF(seq % 3 = 0, 'on the road', NULL),
        IF(seq % 6 = 0, '2999-01-01', NULL), ${at('seq')} FROM ${numbers}`,
    `INSERT INTO Identity (issuer, subject, userId, createdAt)
      SELECT 'elsewhere', CONCAT('anna', seq), ${firstUser} + seq, ${at('seq')} FROM ${numbers}`,
    `INSERT INTO UserTerm (term, userId)
      SELECT 'anna', ${firstUser} + seq FROM ${numbers} UNION ALL SELECT CONCAT('anna', seq), ${firstUser} + seq FROM ${numbers}
      UNION ALL SELECT CONCAT('', seq), ${firstUser} + seq FROM ${numbers}`,
    // The viewer has one live session already. This adds five more, and thousands that have ended.
    `INSERT INTO Session (id, userId, deviceName, rotatedAt, createdAt, lastSeenAt, expiresAt, endedAt)
      SELECT UNHEX(LEFT(SHA2(CONCAT('own', seq), 256), 32)), ${viewer}, 'a device', ${at('seq')}, ${at('seq')}, ${at('seq')}, '2999-01-01', IF(seq <= 5, NULL, ${at('seq')})
        FROM seq_1_to_5000
      UNION ALL SELECT UNHEX(LEFT(SHA2(seq, 256), 32)), ${firstUser} + seq, 'a device', ${at('seq')}, ${at('seq')}, ${at('seq')}, '2999-01-01', NULL FROM ${numbers}`,
    // Every live session but the viewer's first has push.
    `INSERT INTO PushDevice (sessionId, userId, kind, addressHash, address, createdAt)
      SELECT id, userId, 'FCM', UNHEX(SHA2(HEX(id), 256)), HEX(id), createdAt FROM Session WHERE endedAt IS NULL AND deviceName = 'a device'`,
    `INSERT INTO Contact (userId, otherId, state, since)
      SELECT ${viewer}, ${firstUser} + seq, 'ACTIVE', ${at('seq DIV 3')} FROM seq_1_to_5000
      UNION ALL SELECT ${firstUser} + seq, ${viewer}, 'ACTIVE', ${at('seq DIV 3')} FROM seq_1_to_5000
      UNION ALL SELECT ${firstUser} + seq, ${firstUser} + 1 + seq % 7, 'ACTIVE', ${at('seq')} FROM seq_9_to_${users}`,
    `INSERT INTO Block (userId, otherId, state, since)
      SELECT ${viewer}, ${firstUser} + seq, IF(seq % 4 = 0, 'ENDED', 'ACTIVE'), ${at('seq DIV 3')} FROM seq_15001_to_${users}
      UNION ALL SELECT ${firstUser} + seq, ${firstUser} + 1 + seq % 7, 'ACTIVE', ${at('seq')} FROM seq_9_to_15000`,
    // Declined and withdrawn requests lie among the pending ones.
    `INSERT INTO ContactRequest (fromId, toId, fromState, toState, createdAt)
      SELECT ${firstUser} + seq, ${viewer}, 'PENDING', IF(seq % 4 = 0, 'DECLINED', 'PENDING'), ${at('seq DIV 3')} FROM seq_5001_to_10000
      UNION ALL SELECT ${viewer}, ${firstUser} + seq, IF(seq % 4 = 0, 'WITHDRAWN', 'PENDING'), 'PENDING', ${at('seq DIV 3')} FROM seq_10001_to_15000
      UNION ALL SELECT ${firstUser} + seq, ${firstUser} + 1 + seq % 7, 'PENDING', 'PENDING', ${at('seq')} FROM seq_9_to_${users}`,
  ];
}

// What users leave behind: released handles, data exports, dead jobs.
function leftOvers(viewer: string): readonly string[] {
  const numbers = `seq_1_to_${users}`;
  return [
    `INSERT INTO HandleHold (handle, userId, until) SELECT CONCAT('was.anna', seq), ${firstUser} + seq, '2999-01-01' FROM ${numbers}`,
    `INSERT INTO DataExport (id, userId, state, createdAt, readyAt, expiresAt, bytes)
      SELECT UNHEX(LEFT(SHA2(CONCAT('own', seq), 256), 32)), ${viewer}, IF(seq <= 5, 'READY', 'ENDED'), ${at('seq')}, ${at('seq')}, '2999-01-01', 9 FROM seq_1_to_5000
      UNION ALL SELECT UNHEX(LEFT(SHA2(seq, 256), 32)), ${firstUser} + seq, 'READY', ${at('seq')}, ${at('seq')}, '2999-01-01', 9 FROM ${numbers}`,
    `INSERT INTO DataExportPart (exportId, part, content) SELECT UNHEX(LEFT(SHA2(seq, 256), 32)), 0, '{"a": 1}\n' FROM ${numbers}`,
    // Notices to everybody from before and after the viewer's sign-up, some revoked; as many to the viewer; and one to everybody by name.
    `INSERT INTO Notice (id, title, body, audience, state, createdAt, postAt, postedAt, seq)
      SELECT UNHEX(LEFT(SHA2(CONCAT('all', seq), 256), 32)), 'A notice', 'What it says.', 'ALL', IF(seq % 4 = 0, 'REVOKED', 'POSTED'), ${at('seq')}, ${at('seq')},
        IF(seq <= 5000, ${at('seq DIV 3')}, TIMESTAMP('2998-01-01') + INTERVAL (seq DIV 3) SECOND), seq FROM ${numbers}
      UNION ALL SELECT UNHEX(LEFT(SHA2(CONCAT('some', seq), 256), 32)), 'A notice', 'What it says.', 'SOME', IF(seq % 4 = 0, 'REVOKED', 'POSTED'), ${at('seq')}, ${at('seq')},
        ${at('seq DIV 3')}, NULL FROM seq_1_to_5000`,
    `UPDATE User SET noticesAfterSeq = 5000 WHERE id = ${viewer}`,
    `INSERT INTO NoticeRecipient (noticeId, userId, state, postedAt)
      SELECT UNHEX(LEFT(SHA2(CONCAT('some', seq), 256), 32)), ${viewer}, IF(seq % 4 = 0, 'REVOKED', 'POSTED'), ${at('seq DIV 3')} FROM seq_1_to_5000
      UNION ALL SELECT UNHEX(LEFT(SHA2('some1', 256), 32)), ${firstUser} + seq, 'POSTED', ${at('0')} FROM ${numbers}`,
    // A quarter of the viewer's are replies in the big group.
    `INSERT INTO ScheduledMessage (id, userId, conversationId, clientMessageId, fingerprint, firstSendAt, text, replyToSeq, threadRootSeq, mentionIds, attachments,
        data, poll, sendAt, createdAt, refusalCode, refusalText)
      SELECT UNHEX(LEFT(SHA2(CONCAT('later', seq), 256), 32)), IF(seq <= 5000, ${viewer}, ${firstUser} + seq), IF(seq % 4 = 1, ${big}, ${firstSmall} + 1),
        CONCAT('later', seq), REPEAT('f', 16), ${at('seq DIV 3')}, 'Later.', IF(seq % 4 = 1, ${bigSeqs - 8}, NULL), IF(seq % 4 = 1, ${bigSeqs - 8}, NULL), '${firstUser + 1}',
        '${attachments}', '${data}', '${poll}', ${at('seq DIV 3')}, ${at('seq')}, IF(seq % 4 = 1, 'MUTED', NULL), IF(seq % 4 = 1, 'You are muted.', NULL) FROM ${numbers}`,
    // One app with a backlog in every stream, and one with a backlog in some.
    `INSERT INTO WebhookBacklog (streamId, webhookId, kind, nextSeq, upToSeq, dueAt)
      SELECT ${firstUser} + seq, UNHEX(LEFT(SHA2('app1', 256), 32)), 'ACCOUNT', 1, 1, ${at('seq DIV 3')} FROM ${numbers}
      UNION ALL SELECT ${firstUser} + seq, UNHEX(LEFT(SHA2('app2', 256), 32)), 'ACCOUNT', 1, 1, ${at('seq DIV 3')} FROM seq_1_to_5000`,
    `INSERT INTO QuietHours (userId, startMinute, endMinute, timeZone) SELECT ${viewer}, 0, 1, 'UTC'
      UNION ALL SELECT ${firstUser} + seq, 1320, 420, 'UTC' FROM ${numbers}`,
    `INSERT INTO PushDue (conversationId, fromSeq, seq, dueAt) SELECT ${firstUser} + seq, 1, 2, ${at('seq')} FROM ${numbers}`,
    `INSERT INTO PushDelivery (sessionId, subject, userId, fromSeq, seq, dueAt, expiresAt)
      SELECT UNHEX(LEFT(SHA2(seq, 256), 32)), 'c:1', ${firstUser} + seq, 1, 2, ${at('seq')}, '2999-01-01' FROM ${numbers}`,
    // Everybody was reported, once by the viewer.
    `INSERT INTO ModerationItem (id, kind, openTarget, streamId, userId, state, createdAt)
      SELECT UNHEX(LEFT(SHA2(seq, 256), 32)), 'USER', IF(seq % 2, CONCAT('USER:', seq), NULL), ${firstUser} + seq, ${firstUser} + seq, IF(seq % 2, 'OPEN', 'RESOLVED'), ${at('seq')} FROM ${numbers}`,
    `INSERT INTO ModerationReport (itemId, reporterId, reason, at)
      SELECT UNHEX(LEFT(SHA2(seq, 256), 32)), ${viewer}, 'SPAM', ${at('seq')} FROM ${numbers}`,
    `INSERT INTO Job (id, kind, \`key\`, data, dueAt, state, createdAt)
      SELECT UNHEX(LEFT(SHA2(seq, 256), 32)), 'GroupDissolved', CONCAT('', seq), '{}', ${at('seq')}, 'DEAD', ${at('seq')} FROM ${numbers}`,
  ];
}

function conversations(viewer: string): readonly string[] {
  const stream = (from: number, kind: string, numbers: string) =>
    `INSERT INTO Stream (id, kind, lastAt, activeAt, createdAt) SELECT ${from} + seq, '${kind}', ${at('seq')}, ${at('seq')}, ${at('seq')} FROM ${numbers}`;
  const direct = (from: number, one: string, other: string, numbers: string) =>
    `INSERT INTO Conversation (id, kind, directKey, memberCount, createdById, createdAt)
      SELECT ${from} + seq, 'DIRECT', CONCAT(LEAST(${one}, ${other}), ':', GREATEST(${one}, ${other})), 2, ${one}, ${at('seq')} FROM ${numbers}`;
  const group = (from: number, numbers: string, members: number) =>
    `INSERT INTO Conversation (id, kind, name, ownerId, memberCount, createdById, createdAt)
      SELECT ${from} + seq, 'GROUP', 'A group', ${viewer}, ${members}, ${viewer}, ${at('seq')} FROM ${numbers}`;
  const member = (conversation: string, user: string, role: string, fromSeq: string, from: string) =>
    `INSERT INTO Membership (conversationId, userId, state, role, fromSeq, joinedSeq, joinedAt, deliveredSeq, readSeq)
      SELECT ${conversation}, ${user}, 'ACTIVE', ${role}, ${fromSeq}, ${fromSeq}, ${at(fromSeq)}, ${fromSeq}, ${fromSeq} FROM ${from}`;
  const [own, small, strange] = [`seq_1_to_${directs}`, `seq_1_to_${smallGroups}`, `seq_1_to_${strangersDirects}`];
  const each = `seq_1_to_${smallGroups} g JOIN seq_1_to_39 m`;
  return [
    ...[stream(firstDirect, 'DIRECT', own), stream(firstSmall, 'GROUP', small), stream(firstStrange, 'DIRECT', strange)],
    stream(big, 'GROUP', 'seq_0_to_1'),
    direct(firstDirect, viewer, `${firstUser} + seq`, own),
    direct(firstStrange, `${firstUser} + seq`, `${firstUser} + 1 + seq % ${users}`, strange),
    ...[group(firstSmall, small, 40), group(big, 'seq_0_to_0', bigMembers), group(fair, 'seq_0_to_0', fairMembers)],
    member(`${firstDirect} + seq`, viewer, "'MEMBER'", '1', own),
    member(`${firstDirect} + seq`, `${firstUser} + seq`, "'MEMBER'", '1', own),
    member(`${firstStrange} + seq`, `${firstUser} + seq`, "'MEMBER'", '1', strange),
    member(`${firstStrange} + seq`, `${firstUser} + 1 + seq % ${users}`, "'MEMBER'", '1', strange),
    member(`${firstSmall} + seq`, viewer, "'OWNER'", '1', small),
    member(`${firstSmall} + g.seq`, `${firstUser} + (g.seq * 39 + m.seq) % ${users} + 1`, "'MEMBER'", 'm.seq + 1', each),
    member(`${big}`, `IF(seq = 1, ${viewer}, ${firstUser} + seq)`, "IF(seq = 1, 'OWNER', 'MEMBER')", 'seq', `seq_1_to_${bigMembers}`),
    member(`${fair}`, `IF(seq = 1, ${viewer}, ${firstUser} + seq)`, "IF(seq = 1, 'OWNER', 'MEMBER')", 'seq', `seq_1_to_${fairMembers}`),
    // Banned users: every other one has been a member.
    ...[big, fair].map(
      (conversation) => `INSERT INTO Membership (conversationId, userId, state, role, fromSeq, joinedSeq, untilSeq, joinedAt)
        SELECT ${conversation}, ${firstUser} + seq, 'BANNED', 'MEMBER', seq DIV 2, seq DIV 2, seq, ${at('seq')} FROM seq_5001_to_8000`,
    ),
    // Most direct conversations have nothing unread.
    `UPDATE Membership SET deliveredSeq = 4, readSeq = 4 WHERE userId = ${viewer} AND conversationId > ${firstDirect + 500} AND conversationId < ${firstSmall}`,
    // The members of the group of a hundred have read nearly all of it.
    `UPDATE Membership SET deliveredSeq = ${fairSeqs}, readSeq = ${fairSeqs - 3} WHERE conversationId = ${fair}`,
  ];
}

// Join requests, some declined. Groups that the viewer has asked to join, and thousands of requests that they cancelled. Invites, most of
// them revoked.
function doors(viewer: string): readonly string[] {
  const asked = 'seq_1_to_50';
  const small = `seq_1_to_${smallGroups} g`;
  return [
    `INSERT INTO Stream (id, kind, lastAt, activeAt, createdAt) SELECT ${firstAsked} + seq, 'GROUP', ${at('seq')}, ${at('seq')}, ${at('seq')} FROM ${asked}`,
    `INSERT INTO Conversation (id, kind, name, ownerId, memberCount, createdById, createdAt, joinPolicy)
      SELECT ${firstAsked} + seq, 'GROUP', 'A group', ${firstUser} + 1, 1, ${firstUser} + 1, ${at('seq')}, 'APPROVAL' FROM ${asked}`,
    ...listed,
    `INSERT INTO JoinRequest (conversationId, userId, state, createdAt)
      SELECT ${firstAsked} + seq, ${viewer}, 'PENDING', ${at('seq')} FROM ${asked}
      UNION ALL SELECT ${firstAsked} + 100 + seq, ${viewer}, 'CANCELLED', ${at('seq')} FROM seq_1_to_5000
      UNION ALL SELECT ${big}, ${firstUser} + seq, IF(seq % 4 = 0, 'DECLINED', 'PENDING'), ${at('seq DIV 3')} FROM seq_5001_to_10000
      UNION ALL SELECT ${fair}, ${firstUser} + seq, IF(seq % 4 = 0, 'DECLINED', 'PENDING'), ${at('seq DIV 3')} FROM seq_5001_to_10000
      UNION ALL SELECT ${firstSmall} + g.seq, ${firstUser} + 10000 + m.seq, 'PENDING', ${at('m.seq')} FROM ${small} JOIN seq_1_to_20 m`,
    `INSERT INTO GroupInvite (id, conversationId, code, createdById, createdAt, revokedAt)
      SELECT UNHEX(LEFT(SHA2(CONCAT('invite', seq), 256), 32)), ${big}, CONCAT('code', LPAD(seq, 16, '0')), ${viewer}, ${at('seq')}, IF(seq <= 100, NULL, ${at('seq')}) FROM seq_1_to_10000
      UNION ALL SELECT UNHEX(LEFT(SHA2(CONCAT('few', seq), 256), 32)), ${fair}, CONCAT('fair', LPAD(seq, 16, '0')), ${viewer}, ${at('seq')}, IF(seq <= 100, NULL, ${at('seq')}) FROM seq_1_to_5000
      UNION ALL SELECT UNHEX(LEFT(SHA2(CONCAT('small', g.seq, '-', m.seq), 256), 32)), ${firstSmall} + g.seq, CONCAT('small', g.seq, '-', m.seq), ${viewer}, ${at('m.seq')}, NULL FROM ${small} JOIN seq_1_to_5 m`,
  ];
}

// As many listed groups as users, with similar names.
const listed = [
  `INSERT INTO Stream (id, kind, lastAt, activeAt, createdAt)
    SELECT ${firstListed} + seq, 'GROUP', ${at('seq')}, ${at('seq')}, ${at('seq')} FROM seq_1_to_${users}`,
  `INSERT INTO Conversation (id, kind, name, ownerId, memberCount, createdById, createdAt, joinPolicy, listed)
    SELECT ${firstListed} + seq, 'GROUP', CONCAT('Chess ', seq), ${firstUser} + 1, 1, ${firstUser} + 1, ${at('seq')}, 'OPEN', TRUE FROM seq_1_to_${users}`,
  `INSERT INTO GroupTerm (term, conversationId)
    SELECT '', ${firstListed} + seq FROM seq_1_to_${users} UNION ALL SELECT 'chess', ${firstListed} + seq FROM seq_1_to_${users}
    UNION ALL SELECT CONCAT('', seq), ${firstListed} + seq FROM seq_1_to_${users}`,
];

/** Returns the data of an entry of any type, as SQL for JSON. Entries about a message name the one at `seq`. */
function dataOf(viewer: string, { seq, userId }: { readonly seq: string; readonly userId: string }): string {
  const root = {
    conversationId: `${big}`,
    rootSeq: bigSeqs - 8,
    clearedSeq: 1,
    untilSeq: 0,
    readSeq: bigSeqs,
    seq: 0,
    threadRootSeq: bigSeqs - 8,
  };
  const asked = {
    fromId: `${firstUser + 5_001}`,
    toId: viewer,
    otherId: `${firstUser + 1}`,
    sessionId: '00000000-0000-7000-8000-000000000000',
    exportId: '00000000-0000-7000-8000-000000000000',
    noticeId: uuidText(namedId('some1')),
    scheduledMessageId: uuidText(namedId('later1')),
    said: { conversationId: `${big}`, seq: bigSeqs - 8 },
  };
  const facts = {
    reason: 'LEFT',
    emoji: '👍',
    added: true,
    accepted: true,
    pinned: true,
    blocked: true,
    fields: ['mutedUntil'],
    choices: [0, 1],
  };
  const rest = JSON.stringify({ ...root, ...asked, ...facts }).slice(1);
  return `CONCAT('{"userId":"', ${userId}, '","messageSeq":', ${seq}, ',${rest}')`;
}

function typesOf(on: 'conversation' | 'account' | 'server', timeline: boolean): readonly string[] {
  const types = Object.entries(entryTypes).filter(
    ([type, entry]) => entry.on === on && entry.timeline === timeline && type !== 'MessageSent',
  );
  return types.map(([type]) => `'${type}'`);
}

// In a group, everybody joins first. Then, of ten entries, eight are messages, one is another entry of the timeline, and one is not in the
// timeline.
function said(viewer: string): readonly string[] {
  const entry = (stream: string, seq: string, { type, timeline, from }: { type: string; timeline: boolean; from: string }) =>
    `INSERT INTO Entry (streamId, seq, type, actorId, data, timeline, at)
      SELECT ${stream}, ${seq}, ${type}, ${viewer}, ${dataOf(viewer, { seq: `${seq} - 1`, userId: `IF(${seq} = 1, ${viewer}, ${firstUser} + ${seq})` })},
        ${timeline}, ${at(seq)} FROM ${from}`;
  const message = (conversation: string, seq: string, sender: string, ordinal: string, from: string) =>
    `INSERT INTO Message (conversationId, seq, ordinal, senderId, clientMessageId, fingerprint, text, sentAt)
      SELECT ${conversation}, ${seq}, ${ordinal}, ${sender}, CONCAT(${conversation}, '-', ${seq}), REPEAT('f', 16), 'What somebody says, of some length.', ${at(seq)} FROM ${from}`;
  const between = (conversation: number, timeline: boolean, from: string) => {
    const types = typesOf('conversation', timeline);
    return entry(`${conversation}`, 'seq', { type: `ELT(1 + seq DIV 10 % ${types.length}, ${types.join(', ')})`, timeline, from });
  };
  const talk = (conversation: number, members: number, seqs: number) => [
    entry(`${conversation}`, 'seq', { type: "'MemberJoined'", timeline: true, from: `seq_1_to_${members}` }),
    between(conversation, true, `seq_${members + 10}_to_${seqs}_step_10`),
    between(conversation, false, `seq_${members + 5}_to_${seqs}_step_10`),
    message(
      `${conversation}`,
      'seq',
      `IF(seq % 7 = 0, ${viewer}, ${firstUser} + 2 + seq % ${members - 1})`,
      'ROW_NUMBER() OVER (ORDER BY seq)',
      `seq_${members + 1}_to_${seqs} WHERE seq % 5 <> 0`,
    ),
  ];
  const two = 'seq_1_to_4 s';
  return [
    ...talk(big, bigMembers, bigSeqs),
    ...talk(fair, fairMembers, fairSeqs),
    message(
      `${firstDirect} + c.seq`,
      's.seq',
      `IF(s.seq % 2 = 0, ${viewer}, ${firstUser} + c.seq)`,
      's.seq',
      `seq_1_to_${directs} c JOIN ${two}`,
    ),
    message(`${firstStrange} + c.seq`, 's.seq', `${firstUser} + c.seq`, 's.seq', `seq_1_to_${strangersDirects} c JOIN ${two}`),
    entry(`${firstSmall} + g.seq`, 'm.seq', {
      type: "'MemberJoined'",
      timeline: true,
      from: `seq_1_to_${smallGroups} g JOIN seq_1_to_40 m`,
    }),
    message(`${firstSmall} + g.seq`, 'm.seq', `${firstUser} + m.seq`, 'm.seq - 40', `seq_1_to_${smallGroups} g JOIN seq_41_to_60 m`),
  ];
}

function account(viewer: string, seq: number): readonly string[] {
  const types = [...typesOf('account', false), ...typesOf('server', false)];
  return [
    `INSERT INTO Entry (streamId, seq, type, actorId, data, at)
      SELECT ${viewer}, ${seq} + seq, ELT(1 + seq % ${types.length}, ${types.join(', ')}), ${viewer}, ${dataOf(viewer, { seq: `${bigSeqs - 3}`, userId: viewer })}, ${at('seq')}
      FROM seq_1_to_${directs}`,
  ];
}

const attachments = JSON.stringify([{ url: 'https://example.org/a.png', mediaType: 'image/png', name: 'a.png', size: 5_000_000_000 }]);
const poll = JSON.stringify({ options: ['sea', 'hills', 'home'], multiple: false, anonymous: false, closesAt: null });
const data = JSON.stringify({ type: 'poll', options: ['sea', 'hills'] });

// In each small group, the last ten messages have everything.
function inSmallGroups(viewer: string): readonly string[] {
  const conversation = `${firstSmall} + g.seq`;
  const last = `seq_1_to_${smallGroups} g JOIN seq_51_to_60 m`;
  const once = `seq_1_to_${smallGroups} g`;
  const within = `conversationId > ${firstSmall} AND conversationId <= ${firstSmall + smallGroups}`;
  return [
    `INSERT INTO Reaction (conversationId, messageSeq, emoji, userId, seq)
      SELECT ${conversation}, m.seq, '🎉', ${viewer}, 61 FROM ${last} UNION ALL SELECT ${conversation}, m.seq, '👍', ${firstUser} + m.seq, 61 FROM ${last}`,
    `INSERT INTO PollVote (conversationId, messageSeq, choice, userId)
      SELECT ${conversation}, m.seq, 1, ${viewer} FROM ${last} UNION ALL SELECT ${conversation}, m.seq, 0, ${firstUser} + m.seq FROM ${last}`,
    `INSERT INTO MessageEdit (conversationId, messageSeq, seq, text, editedAt, attachments, data)
      SELECT ${conversation}, m.seq, 61, 'Before.', ${at('m.seq')}, '${attachments}', '${data}' FROM ${last}`,
    `INSERT INTO Mention (conversationId, userId, seq, messageSeq, byId) SELECT ${conversation}, ${viewer}, m.seq, m.seq, ${firstUser} + m.seq FROM ${last}`,
    `INSERT INTO Reply (conversationId, rootSeq, seq, senderId) SELECT ${conversation}, 51, m.seq, ${firstUser} + m.seq FROM ${last} WHERE m.seq > 55`,
    `INSERT INTO ThreadPart (userId, conversationId, rootSeq, readSeq) SELECT ${viewer}, ${conversation}, 51, 58 FROM ${once}`,
    `INSERT INTO Pin (conversationId, seq, messageSeq) SELECT ${conversation}, 61, 59 FROM ${once}`,
    `INSERT INTO HiddenMessage (userId, conversationId, seq, own) SELECT ${viewer}, ${conversation}, 54, 0 FROM ${once}`,
    `INSERT INTO AttachedMessage (conversationId, kind, seq) SELECT ${conversation}, 1, m.seq FROM ${last} WHERE m.seq > 58`,
    `UPDATE Message SET hasReactions = 1, editedAt = sentAt, mentionIds = '${viewer}', replyToSeq = seq - 7, replyCount = IF(seq = 51, 5, 0),
      threadRootSeq = IF(seq > 55, 51, NULL), pinnedAt = IF(seq = 59, sentAt, NULL), originId = IF(seq = 60, ${firstUser + 9}, NULL), originName = 'Anna',
      attachments = IF(seq > 58, '${attachments}', NULL), data = IF(seq > 57, '${data}', NULL), poll = '${poll}'
      WHERE ${within} AND seq > 50`,
  ];
}

// Drafts and saved messages.
function kept(viewer: string): readonly string[] {
  const numbers = `seq_1_to_${users}`;
  return [
    // The viewer has drafts in the threads of two groups: for each one that they may see, one of an earlier membership. Everybody else has
    // one draft.
    `INSERT INTO Draft (userId, conversationId, threadRootSeq, text, replyToSeq, data, writtenAt, savedAt, joinedSeq)
      SELECT ${viewer}, m.conversationId, s.seq, 'So far.', ${bigSeqs - 8}, '${data}', ${at('s.seq')}, IF(s.seq % 4 = 0, NULL, ${at('s.seq DIV 3')}), m.joinedSeq - s.seq % 2
        FROM Membership m JOIN seq_1_to_5000 s WHERE m.userId = ${viewer} AND m.conversationId IN (${big}, ${fair})
      UNION ALL SELECT ${firstUser} + seq, ${big}, 0, 'So far.', NULL, NULL, ${at('seq')}, ${at('seq')}, 1 FROM ${numbers}`,
    `INSERT INTO SavedMessage (userId, conversationId, seq, note, savedAt, joinedSeq)
      SELECT ${viewer}, m.conversationId, g.seq, 'A note.', ${at('g.seq DIV 3')}, m.joinedSeq FROM Membership m JOIN Message g ON g.conversationId = m.conversationId
        WHERE m.userId = ${viewer} AND m.conversationId IN (${big}, ${fair}) AND g.seq > 100 AND g.seq % 30 IN (1, 3)
      UNION ALL SELECT ${firstUser} + seq, ${big}, ${bigSeqs - 8}, NULL, ${at('seq')}, 1 FROM ${numbers}`,
  ];
}

// In both large groups, the newest messages and one far back have everything. The other rows are there to be skipped.
function aroundMessages(viewer: string): readonly string[] {
  return [
    ['big', big, bigSeqs, bigMembers],
    ['fair', fair, fairSeqs, fairMembers],
  ].flatMap(([, conversation, seqs, members]) => around(viewer, Number(conversation), Number(seqs), Number(members)));
}

function around(viewer: string, conversation: number, seqs: number, members: number): readonly string[] {
  const root = seqs - 8;
  const messages = `seq_${members + 1}_to_${seqs} s WHERE s.seq % 5 <> 0`;
  return [
    `INSERT INTO MessageEdit (conversationId, messageSeq, seq, text, editedAt, attachments, data)
      SELECT ${conversation}, ${root}, ${root} + seq, 'What it said before.', ${at('seq')}, '${attachments}', '${data}' FROM seq_1_to_500
      UNION ALL SELECT ${conversation}, s.seq, s.seq + 1, 'What it said before.', ${at('s.seq')}, NULL, NULL FROM ${messages} AND s.seq <> ${root}`,
    `INSERT INTO Mention (conversationId, userId, seq, messageSeq, byId)
      SELECT ${conversation}, IF(s.seq % 3 = 0, 0, IF(s.seq % 3 = 1, ${viewer}, ${firstUser} + 5)), s.seq, s.seq, ${firstUser} + 2 FROM ${messages}`,
    `INSERT INTO Reply (conversationId, rootSeq, seq, senderId)
      SELECT ${conversation}, ${root}, s.seq, ${firstUser} + 2 FROM ${messages} AND s.seq > ${seqs} - 6000
      UNION ALL SELECT ${conversation}, s.seq, s.seq + 1, ${firstUser} + 2 FROM ${messages} AND s.seq % 5 = 1`,
    `INSERT INTO ThreadPart (userId, conversationId, rootSeq, readSeq)
      SELECT IF(s.seq % 25 = 1, ${viewer}, ${firstUser} + 2), ${conversation}, s.seq, s.seq + s.seq % 2 FROM ${messages} AND s.seq % 5 = 1 AND s.seq <> ${root}
      UNION ALL SELECT ${viewer}, ${conversation}, ${root}, ${root} - 3000
      UNION ALL SELECT ${firstUser} + 3, ${conversation}, s.seq, s.seq FROM ${messages} AND s.seq % 5 = 1
      UNION ALL SELECT ${firstUser} + seq, ${conversation}, ${root}, ${root} FROM seq_100_to_${members}`,
    `INSERT INTO Reaction (conversationId, messageSeq, emoji, userId, seq)
      SELECT ${conversation}, ${root}, ELT(1 + seq % 5, '👍', '🎉', '❤️', '😀', '🚀'), ${firstUser} + seq, ${root} + 1 FROM seq_2_to_${members}
      UNION ALL SELECT ${conversation}, s.seq, '👍', IF(s.seq % 2 = 0, ${viewer}, ${firstUser} + 2), s.seq + 1 FROM ${messages} AND s.seq <> ${root}`,
    `INSERT INTO PollVote (conversationId, messageSeq, choice, userId)
      SELECT ${conversation}, ${root}, seq % 3, ${firstUser} + seq FROM seq_2_to_${members}
      UNION ALL SELECT ${conversation}, s.seq, s.seq % 3, IF(s.seq % 2 = 0, ${viewer}, ${firstUser} + 2) FROM ${messages} AND s.seq <> ${root}`,
    `INSERT INTO Pin (conversationId, seq, messageSeq) SELECT ${conversation}, seq * 10, seq * 10 - 1 FROM seq_${seqs / 10 - 49}_to_${seqs / 10}`,
    `INSERT INTO HiddenMessage (userId, conversationId, seq, own)
      SELECT ${viewer}, ${conversation}, s.seq, s.seq % 7 = 0 FROM ${messages} AND s.seq % 3 = 0 AND s.seq < ${seqs} - 3
      UNION ALL SELECT ${firstUser} + 3, ${conversation}, s.seq, 0 FROM ${messages}`,
    `UPDATE Message SET editedAt = sentAt, hasReactions = 1, replyCount = 1, mentionIds = '${viewer},${firstUser + 5}', replyToSeq = seq - seq % 5 - 4, poll = '${poll}'
      WHERE conversationId = ${conversation}`,
    // Images and audio.
    `UPDATE Message SET attachments = IF(seq % 4 = 0, '${attachments}', '${attachments.replace('image/png', 'audio/ogg')}')
      WHERE conversationId = ${conversation} AND seq % 2 = 0 AND seq > ${seqs} - 4000`,
    `INSERT INTO AttachedMessage (conversationId, kind, seq)
      SELECT conversationId, IF(seq % 4 = 0, 1, 3), seq FROM Message WHERE conversationId = ${conversation} AND seq % 2 = 0 AND seq > ${seqs} - 4000`,
    `UPDATE Message SET originId = ${firstUser + 9}, originName = 'Anna' WHERE conversationId = ${conversation} AND seq % 10 = 7`,
    `UPDATE Message SET replyCount = 4800 WHERE conversationId = ${conversation} AND seq = ${root}`,
    `UPDATE Message SET threadRootSeq = ${root} WHERE conversationId = ${conversation} AND seq > ${root}`,
    `UPDATE Message m JOIN Pin p ON p.conversationId = m.conversationId AND p.messageSeq = m.seq SET m.pinnedAt = m.sentAt WHERE m.conversationId = ${conversation}`,
  ];
}

// Pins of others, so that the table is large. Then the head of every stream, computed from its entries.
const heads: readonly string[] = [
  `INSERT INTO Pin (conversationId, seq, messageSeq) SELECT ${firstStrange} + seq, 5, 1 FROM seq_1_to_${strangersDirects}`,
  `INSERT INTO AttachedMessage (conversationId, kind, seq) SELECT ${firstStrange} + s.seq, k.seq, 1 FROM seq_1_to_${strangersDirects} s JOIN seq_1_to_4 k`,
  `UPDATE Stream s JOIN (
      SELECT id, MAX(seq) AS seq, MAX(ordinal) AS ordinal FROM (
        SELECT conversationId AS id, MAX(seq) AS seq, MAX(ordinal) AS ordinal FROM Message GROUP BY conversationId
        UNION ALL SELECT streamId, MAX(seq), 0 FROM Entry GROUP BY streamId) AS entry GROUP BY id) AS newest ON newest.id = s.id
    SET s.lastSeq = newest.seq, s.lastOrdinal = newest.ordinal, s.activeAt = ${at('newest.seq * 1000 + s.id % 1000')}`,
];
