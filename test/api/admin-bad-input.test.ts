import { isInputObjectType } from 'graphql';
import { beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { adminSchema } from '../../schema/admin/index.ts';
import { formatId } from '../../schema/ids.ts';
import { type AdminAnswer, adminUrl, appoint, askAdmin } from '../support/admin-caller.ts';
import { type Person, world } from '../support/world.ts';

type Input = Readonly<Record<string, unknown>>;

/** What an input field accepts. */
type Kind =
  | 'settings'
  | 'name'
  | 'value'
  | 'version'
  | 'expected'
  | 'note'
  | 'user'
  | 'node'
  | 'flag'
  | 'job'
  | 'group'
  | 'member'
  | NoticeKind
  | UserKind
  | ModerationKind
  | WebhookKind;
type UserKind = 'reason' | 'end' | 'messages' | 'subject' | 'issuer' | CalledKind | BotKind;
type CalledKind = 'data' | 'handle' | 'newHandle' | 'called' | 'picture' | 'bio' | 'subjectOfIssuer';
type BotKind = 'keyName' | 'days' | 'botKey';
type ModerationKind = 'item' | 'word' | 'remark' | 'list' | 'words' | 'gone';
type WebhookKind = 'webhook' | 'url' | 'events' | 'line' | 'known' | 'deadline' | 'choice';
type NoticeKind = 'title' | 'body' | 'users' | 'handles' | 'all' | 'moment' | 'key' | 'notice';

interface Act {
  readonly valid: Input;
  /** The fields of the payload that the operation selects besides its errors, and their values when the mutation is refused. */
  readonly asks: string;
  readonly refused: Input;
  readonly kinds: Readonly<Record<string, Kind>>;
  /** Fields that exclude each other. */
  readonly either?: readonly string[];
}

/** Every mutation and the kinds of its input fields. The fields of a setting are in `inSettings`. */
const acts: Readonly<Record<string, Act>> = {
  setSettings: {
    ...{ asks: 'version { version } settings { name }', refused: { version: null, settings: [] } },
    valid: { settings: [{ name: 'maxPins', value: '7' }], expectedVersion: 1, note: 'because' },
    kinds: { settings: 'settings', expectedVersion: 'expected', note: 'note' },
  },
  rollBackSettings: {
    ...{ asks: 'version { version } settings { name }', refused: { version: null, settings: [] } },
    valid: { version: 0, expectedVersion: 1, note: 'because' },
    kinds: { version: 'version', expectedVersion: 'expected', note: 'note' },
  },
  disconnectUser: {
    ...{ asks: 'connections sessions', refused: { connections: null, sessions: null } },
    valid: { userId: formatId('User', 1n), endSessions: false },
    kinds: { userId: 'user', endSessions: 'flag' },
  },
  postNotice: {
    ...{ asks: 'notice { id }', refused: { notice: null } },
    valid: { title: 'Maintenance', body: 'Tonight.', toAll: true },
    either: ['to', 'toHandles', 'toAll'],
    kinds: { title: 'title', body: 'body', to: 'users', toHandles: 'handles', toAll: 'all', at: 'moment', clientNoticeId: 'key' },
  },
  revokeNotice: {
    ...{ asks: 'notice { id }', refused: { notice: null } },
    valid: { id: formatId('Notice', '01900000-0000-7000-8000-000000000000') },
    kinds: { id: 'notice' },
  },
  suspendUser: {
    ...{ asks: 'user { id }', refused: { user: null } },
    // A user who does not exist. The other errors of the input are found first.
    valid: { userId: formatId('User', 2n ** 61n), reason: 'because', until: null },
    kinds: { userId: 'user', reason: 'reason', until: 'end' },
  },
  restoreUser: {
    ...{ asks: 'user { id }', refused: { user: null } },
    ...{ valid: { userId: formatId('User', 2n ** 61n) }, kinds: { userId: 'user' } },
  },
  deleteUser: {
    ...{ asks: 'user { id }', refused: { user: null } },
    ...{ valid: { userId: formatId('User', 2n ** 61n), messages: 'KEEP' }, kinds: { userId: 'user', messages: 'messages' } },
  },
  createUser: {
    ...{ asks: 'user { id }', refused: { user: null } },
    valid: {
      handle: 'made.here',
      displayName: 'Made',
      avatarUrl: 'https://example.org/a.png',
      bio: 'I was made.',
      data: { team: 'blue' },
      subject: 'u1',
      issuer: 'x',
    },
    kinds: {
      handle: 'handle',
      displayName: 'called',
      avatarUrl: 'picture',
      bio: 'bio',
      data: 'data',
      subject: 'subjectOfIssuer',
      issuer: 'issuer',
    },
  },
  updateUser: {
    ...{ asks: 'user { id }', refused: { user: null } },
    valid: {
      userId: formatId('User', 2n ** 61n),
      handle: 'made.here',
      displayName: 'Made',
      avatarUrl: 'https://example.org/a.png',
      bio: 'So.',
      data: { team: 'blue' },
    },
    kinds: { userId: 'user', handle: 'newHandle', displayName: 'called', avatarUrl: 'picture', bio: 'bio', data: 'data' },
  },
  createBot: {
    ...{ asks: 'user { id }', refused: { user: null } },
    valid: { handle: 'bot.here', displayName: 'Bot', avatarUrl: 'https://example.org/a.png', bio: 'I was made.', data: { team: 'blue' } },
    kinds: { handle: 'handle', displayName: 'called', avatarUrl: 'picture', bio: 'bio', data: 'data' },
  },
  createBotKey: {
    ...{ asks: 'key session { id }', refused: { key: null, session: null } },
    valid: { userId: formatId('User', 2n ** 61n), name: 'here', days: 7 },
    kinds: { userId: 'user', name: 'keyName', days: 'days' },
  },
  revokeBotKey: {
    ...{ asks: 'user { id }', refused: { user: null } },
    valid: { keyId: formatId('Session', '01900000-0000-7000-8000-000000000000') },
    kinds: { keyId: 'botKey' },
  },
  linkIdentity: {
    ...{ asks: 'user { id }', refused: { user: null } },
    valid: { userId: formatId('User', 2n ** 61n), subject: 'u1', issuer: 'x' },
    kinds: { userId: 'user', subject: 'subject', issuer: 'issuer' },
  },
  unlinkIdentity: {
    ...{ asks: 'user { id }', refused: { user: null } },
    valid: { userId: formatId('User', 2n ** 61n), subject: 'u1', issuer: 'x' },
    kinds: { userId: 'user', subject: 'subject', issuer: 'issuer' },
  },
  dissolveGroup: {
    ...{ asks: 'group { id }', refused: { group: null } },
    ...{ valid: { groupId: formatId('Conversation', 2n ** 61n) }, kinds: { groupId: 'group' } },
  },
  unlistGroup: {
    ...{ asks: 'group { id }', refused: { group: null } },
    ...{ valid: { groupId: formatId('Conversation', 2n ** 61n) }, kinds: { groupId: 'group' } },
  },
  removeFromGroup: {
    ...{ asks: 'group { id }', refused: { group: null } },
    valid: { groupId: formatId('Conversation', 2n ** 61n), userId: formatId('User', 1n), ban: false },
    kinds: { groupId: 'group', userId: 'member', ban: 'flag' },
  },
  setGroupOwner: {
    ...{ asks: 'group { id }', refused: { group: null } },
    valid: { groupId: formatId('Conversation', 2n ** 61n), userId: formatId('User', 1n) },
    kinds: { groupId: 'group', userId: 'member' },
  },
  resetPassword: {
    ...{ asks: 'password sessions', refused: { password: null, sessions: null } },
    ...{ valid: { userId: formatId('User', 2n ** 61n) }, kinds: { userId: 'user' } },
  },
  grantAdmin: {
    ...{ asks: 'user { id }', refused: { user: null } },
    ...{ valid: { userId: formatId('User', 2n ** 61n) }, kinds: { userId: 'user' } },
  },
  revokeAdmin: {
    ...{ asks: 'user { id }', refused: { user: null } },
    ...{ valid: { userId: formatId('User', 2n ** 61n) }, kinds: { userId: 'user' } },
  },
  resolveReport: {
    ...{ asks: 'item { id }', refused: { item: null } },
    valid: { itemId: '01900000-0000-7000-8000-000000000000', action: 'DISMISS' },
    kinds: { itemId: 'item', action: 'word', note: 'remark' },
  },
  setBlockedWords: {
    ...{ asks: 'list { name }', refused: { list: null } },
    valid: { name: 'new', words: ['badger'] },
    kinds: { name: 'list', words: 'words', action: 'word', enabled: 'flag', wholeWords: 'flag' },
  },
  removeBlockedWords: {
    ...{ asks: 'name', refused: { name: null } },
    valid: { name: 'none' },
    kinds: { name: 'gone' },
  },
  replayJob: {
    ...{ asks: 'job { id }', refused: { job: null } },
    valid: { id: '01900000-0000-7000-8000-000000000000' },
    kinds: { id: 'job' },
  },
  discardJob: {
    ...{ asks: 'job { id }', refused: { job: null } },
    valid: { id: '01900000-0000-7000-8000-000000000000' },
    kinds: { id: 'job' },
  },
  createWebhook: {
    ...{ asks: 'webhook { id } secret', refused: { webhook: null, secret: null } },
    valid: { url: 'https://app.example/hook', events: ['MessageSent'], description: 'for the fair' },
    kinds: { url: 'url', events: 'events', description: 'line' },
  },
  updateWebhook: {
    ...{ asks: 'webhook { id }', refused: { webhook: null } },
    valid: { webhookId: '01900000-0000-7000-8000-000000000000' },
    kinds: { webhookId: 'webhook', url: 'url', events: 'events', description: 'line' },
  },
  deleteWebhook: {
    ...{ asks: 'deletedId', refused: { deletedId: null } },
    valid: { webhookId: '01900000-0000-7000-8000-000000000000' },
    kinds: { webhookId: 'webhook' },
  },
  rotateWebhookSecret: {
    ...{ asks: 'webhook { id } secret', refused: { webhook: null, secret: null } },
    valid: { webhookId: '01900000-0000-7000-8000-000000000000' },
    kinds: { webhookId: 'webhook' },
  },
  enableWebhook: {
    ...{ asks: 'webhook { id }', refused: { webhook: null } },
    valid: { webhookId: '01900000-0000-7000-8000-000000000000' },
    kinds: { webhookId: 'webhook', missed: 'flag' },
  },
  testWebhook: {
    ...{ asks: 'trial { ms }', refused: { trial: null } },
    valid: { webhookId: '01900000-0000-7000-8000-000000000000' },
    kinds: { webhookId: 'webhook' },
  },
  setBeforeSend: {
    ...{ asks: 'beforeSend { url } secret', refused: { beforeSend: null, secret: null } },
    valid: { url: 'https://app.example/ask' },
    kinds: { url: 'url', deadlineMs: 'deadline', onFailure: 'choice', conversations: 'choice', newSecret: 'flag' },
  },
  removeBeforeSend: {
    ...{ asks: 'removed', refused: { removed: false } },
    valid: { url: 'https://app.example/ask' },
    kinds: { url: 'known' },
  },
  drainNode: {
    ...{ asks: 'node { id }', refused: { node: null } },
    valid: { nodeId: 'there is none' },
    kinds: { nodeId: 'node' },
  },
};
const inSettings: Readonly<Record<string, Kind>> = { name: 'name', value: 'value' };

/** A value that cannot be accepted, in words, and the code of the error. */
type Bad = readonly [what: string, value: unknown, code: 'BAD_USER_INPUT' | 'INVALID_INPUT' | 'NOT_FOUND' | 'CONFLICT' | 'LIMIT_REACHED'];

const half = 'half \ud800';
const huge = 'x'.repeat(200_000);

/** Values that are not text, for a field that takes text. */
const noText: readonly Bad[] = [
  ['a number', 7, 'BAD_USER_INPUT'],
  ['a flag', true, 'BAD_USER_INPUT'],
  ['an object', {}, 'BAD_USER_INPUT'],
  ['a list of two', ['a', 'b'], 'BAD_USER_INPUT'],
];
/** Values that are not a 32-bit integer of GraphQL. */
const noNumber: readonly Bad[] = [
  ['text', '1', 'BAD_USER_INPUT'],
  ['a fraction', 1.5, 'BAD_USER_INPUT'],
  ['more than 32 bits', 2 ** 31, 'BAD_USER_INPUT'],
  ['an object', {}, 'BAD_USER_INPUT'],
];
const strange: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['blanks', ' \u00a0\u200b'],
  ['a line break', 'a\nb'],
  ['a control character', 'a\u0007b'],
  ['NUL', 'a\0b'],
  ['a lone surrogate', half],
  ['huge text', huge],
];

const noName: readonly Bad[] = [
  ...noText,
  ...strange.map(([what, text]) => [what, text, 'INVALID_INPUT'] as const),
  ['beyond ASCII', 'ädä', 'INVALID_INPUT'],
  ['with a space at its end', 'ada ', 'INVALID_INPUT'],
  ['of 256 characters', 'a'.repeat(256), 'INVALID_INPUT'],
];

const noHandle: readonly Bad[] = [
  ...noText,
  ...strange.map(([what, text]) => [what, text, 'INVALID_INPUT'] as const),
  ['beyond ASCII', 'ädä', 'INVALID_INPUT'],
  ['33 characters', 'x'.repeat(33), 'INVALID_INPUT'],
];

const bad: Readonly<Record<Kind, readonly Bad[]>> = {
  settings: [
    ['null', null, 'BAD_USER_INPUT'],
    ['text', 'maxPins', 'BAD_USER_INPUT'],
    ['a null in it', [null], 'BAD_USER_INPUT'],
    ['a setting without a name', [{ value: '7' }], 'BAD_USER_INPUT'],
    ['a setting with more', [{ name: 'maxPins', value: '7', at: '2020' }], 'BAD_USER_INPUT'],
    ['one twice', Array.from({ length: 2 }, () => ({ name: 'maxPins', value: '7' })), 'INVALID_INPUT'],
    ['thousands', Array.from({ length: 5_000 }, () => ({ name: 'maxPins', value: '7' })), 'INVALID_INPUT'],
  ],
  name: [
    ...noText,
    ...strange.map(([what, text]) => [what, text, 'INVALID_INPUT'] as const),
    ['null', null, 'BAD_USER_INPUT'],
    ['an option that is no setting', 'databaseUrl', 'INVALID_INPUT'],
    ['what every object has', '__proto__', 'INVALID_INPUT'],
    ['another case', 'MAXPINS', 'INVALID_INPUT'],
    ['the variable', 'MAX_PINS', 'INVALID_INPUT'],
  ],
  value: [
    ...noText,
    ...strange.map(([what, text]) => [what, text, 'INVALID_INPUT'] as const),
    ['too much', '1001', 'INVALID_INPUT'],
    ['too little', '0', 'INVALID_INPUT'],
    ['a sign', '-1', 'INVALID_INPUT'],
    ['a fraction', '1.5', 'INVALID_INPUT'],
    ['an exponent', '1e2', 'INVALID_INPUT'],
    ['blanks around', ' 7 ', 'INVALID_INPUT'],
    ['other digits', '٧', 'INVALID_INPUT'],
    ['a hundred digits', '9'.repeat(100), 'INVALID_INPUT'],
  ],
  subject: [...noName, ['null', null, 'BAD_USER_INPUT']],
  // An issuer without a subject is refused too.
  subjectOfIssuer: [...noName, ['null', null, 'INVALID_INPUT']],
  handle: [...noHandle, ['null', null, 'BAD_USER_INPUT'], ['a handle that is somebody’s', 'taken', 'CONFLICT']],
  newHandle: noHandle,
  called: [
    ...noText,
    ...strange.map(([what, text]) => [what, text, 'INVALID_INPUT'] as const),
    ['65 characters', '🎉'.repeat(65), 'INVALID_INPUT'],
  ],
  picture: [
    ...noText,
    ...strange.map(([what, text]) => [what, text, 'INVALID_INPUT'] as const),
    ['a program', 'javascript:alert(1)', 'INVALID_INPUT'],
    ['2,049 characters', `https://app.example/${'x'.repeat(2_049 - 20)}`, 'INVALID_INPUT'],
  ],
  bio: [
    ...noText,
    ...strange.slice(3).map(([what, text]) => [what, text, 'INVALID_INPUT'] as const),
    ['1,001 characters', '🎉'.repeat(1_001), 'INVALID_INPUT'],
  ],
  data: [
    ['a text', 'x', 'BAD_USER_INPUT'],
    ['a list', [], 'BAD_USER_INPUT'],
    ['1,025 bytes', { a: 'x'.repeat(1_025 - 8) }, 'INVALID_INPUT'],
    ['NUL', { a: '\u0000' }, 'INVALID_INPUT'],
  ],
  keyName: [
    ...noText,
    ...strange.map(([what, text]) => [what, text, 'INVALID_INPUT'] as const),
    ['null', null, 'BAD_USER_INPUT'],
    ['101 characters', '🎉'.repeat(101), 'INVALID_INPUT'],
  ],
  days: [
    ...noNumber,
    ['none', 0, 'INVALID_INPUT'],
    ['less than none', -1, 'INVALID_INPUT'],
    ['more than ten years', 3_651, 'INVALID_INPUT'],
  ],
  botKey: [
    ['a flag', true, 'BAD_USER_INPUT'],
    ['null', null, 'BAD_USER_INPUT'],
    ...strange.map(([what, text]) => [what, text, 'INVALID_INPUT'] as const),
    ['a number', 7, 'INVALID_INPUT'],
    ['the id of something else', formatId('User', 1n), 'INVALID_INPUT'],
    ['no UUID', formatId('Session', 'x'), 'INVALID_INPUT'],
    ['one that never was', formatId('Session', '01900000-0000-7000-8000-000000000000'), 'NOT_FOUND'],
  ],
  // Without a value, the issuer of the configuration counts. It has none here.
  issuer: [...noName, ['null', null, 'INVALID_INPUT']],
  version: [
    ...noNumber,
    ['null', null, 'BAD_USER_INPUT'],
    ['one that was never made', 999, 'NOT_FOUND'],
    ['less than none', -1, 'NOT_FOUND'],
    ['the greatest', 2 ** 31 - 1, 'NOT_FOUND'],
  ],
  expected: [
    ...noNumber,
    ['an older one', 0, 'CONFLICT'],
    ['one that is not there yet', 2, 'CONFLICT'],
    ['less than none', -1, 'CONFLICT'],
  ],
  user: [
    ['a flag', true, 'BAD_USER_INPUT'],
    ['null', null, 'BAD_USER_INPUT'],
    ...strange.map(([what, text]) => [what, text, 'INVALID_INPUT'] as const),
    ['a number', 7, 'INVALID_INPUT'],
    ['the id of something else', formatId('Conversation', 1n), 'INVALID_INPUT'],
    ['nobody', formatId('User', 2n ** 62n), 'NOT_FOUND'],
  ],
  group: [
    ['a flag', true, 'BAD_USER_INPUT'],
    ['null', null, 'BAD_USER_INPUT'],
    ...strange.map(([what, text]) => [what, text, 'INVALID_INPUT'] as const),
    ['a number', 7, 'INVALID_INPUT'],
    ['the id of somebody', formatId('User', 1n), 'INVALID_INPUT'],
    ['a group that never was', formatId('Conversation', 2n ** 62n), 'NOT_FOUND'],
    // An account has a stream, and so has a group.
    ['a group by the number of somebody', formatId('Conversation', 1n), 'NOT_FOUND'],
  ],
  member: [
    ['a flag', true, 'BAD_USER_INPUT'],
    ['null', null, 'BAD_USER_INPUT'],
    ...strange.map(([what, text]) => [what, text, 'INVALID_INPUT'] as const),
    ['a number', 7, 'INVALID_INPUT'],
    ['the id of a group', formatId('Conversation', 1n), 'INVALID_INPUT'],
  ],
  node: [
    ['a flag', true, 'BAD_USER_INPUT'],
    ['null', null, 'BAD_USER_INPUT'],
    ...strange.map(([what, text]) => [what, text, 'NOT_FOUND'] as const),
    ['a number', 7, 'NOT_FOUND'],
    ['what every object has', '__proto__', 'NOT_FOUND'],
  ],
  job: [
    ['a flag', true, 'BAD_USER_INPUT'],
    ['null', null, 'BAD_USER_INPUT'],
    ...strange.map(([what, text]) => [what, text, 'NOT_FOUND'] as const),
    ['a number', 7, 'NOT_FOUND'],
    ['what every object has', '__proto__', 'NOT_FOUND'],
    ['one in capitals', '01900000-0000-7000-8000-00000000000A', 'NOT_FOUND'],
  ],
  flag: [
    ['text', 'true', 'BAD_USER_INPUT'],
    ['a number', 1, 'BAD_USER_INPUT'],
    ['a list of two', [true, true], 'BAD_USER_INPUT'],
  ],
  reason: [
    ...noText,
    ...strange.map(([what, text]) => [what, text, 'INVALID_INPUT'] as const),
    ['null', null, 'BAD_USER_INPUT'],
    ['501 characters', '🎉'.repeat(501), 'INVALID_INPUT'],
  ],
  end: [
    ['a number', 7, 'BAD_USER_INPUT'],
    ['text', 'tonight', 'BAD_USER_INPUT'],
    ['a moment without a zone', '2027-02-01T00:00:00', 'BAD_USER_INPUT'],
    ['a moment that is over', '2020-01-01T00:00:00Z', 'INVALID_INPUT'],
    ['the end of time', '9999-12-31T23:59:59.999Z', 'INVALID_INPUT'],
  ],
  messages: [
    ['null', null, 'BAD_USER_INPUT'],
    ['a number', 7, 'BAD_USER_INPUT'],
    ['a word that it does not know', 'BURN', 'BAD_USER_INPUT'],
    ['another case', 'keep', 'BAD_USER_INPUT'],
  ],
  title: [
    ...noText,
    ...strange.map(([what, text]) => [what, text, 'INVALID_INPUT'] as const),
    ['null', null, 'BAD_USER_INPUT'],
    ['201 characters', '🎉'.repeat(201), 'INVALID_INPUT'],
  ],
  body: [
    ...noText,
    ...strange.filter(([what]) => what !== 'a line break').map(([what, text]) => [what, text, 'INVALID_INPUT'] as const),
    ['null', null, 'BAD_USER_INPUT'],
    ['8,001 characters', '🎉'.repeat(8_001), 'INVALID_INPUT'],
  ],
  users: [
    ['an object', {}, 'BAD_USER_INPUT'],
    ['a null in it', [null], 'BAD_USER_INPUT'],
    ['null', null, 'INVALID_INPUT'],
    ['nobody at all', [], 'INVALID_INPUT'],
    ['thousands', Array.from({ length: 5_000 }, (_, n) => formatId('User', BigInt(n + 1))), 'INVALID_INPUT'],
    ...strange.map(([what, text]) => [what, [text], 'INVALID_INPUT'] as const),
    ['the id of something else', [formatId('Conversation', 1n)], 'INVALID_INPUT'],
    ['somebody who never was', [formatId('User', 2n ** 62n)], 'NOT_FOUND'],
  ],
  handles: [
    ['a number', 7, 'BAD_USER_INPUT'],
    ['a null in it', [null], 'BAD_USER_INPUT'],
    ['nobody at all', [], 'INVALID_INPUT'],
    ['thousands', Array.from({ length: 5_000 }, (_, n) => `nobody${n}`), 'INVALID_INPUT'],
    ...strange.map(([what, text]) => [what, [text], 'NOT_FOUND'] as const),
    ['what every object has', ['__proto__'], 'NOT_FOUND'],
    ['a handle that nobody has', ['nobody.at.all'], 'NOT_FOUND'],
  ],
  all: [
    ['text', 'true', 'BAD_USER_INPUT'],
    ['a number', 1, 'BAD_USER_INPUT'],
    ['a list of two', [true, true], 'BAD_USER_INPUT'],
  ],
  moment: [
    ['a number', 7, 'BAD_USER_INPUT'],
    ['text', 'tonight', 'BAD_USER_INPUT'],
    ['a day that is none', '2027-02-30T00:00:00Z', 'BAD_USER_INPUT'],
    ['a moment without a zone', '2027-02-01T00:00:00', 'BAD_USER_INPUT'],
    ['the end of time', '9999-12-31T23:59:59.999Z', 'INVALID_INPUT'],
  ],
  key: [
    ...noText,
    ...strange.map(([what, text]) => [what, text, 'INVALID_INPUT'] as const),
    ['65 characters', 'x'.repeat(65), 'INVALID_INPUT'],
    ['a space at its end', 'x ', 'INVALID_INPUT'],
  ],
  notice: [
    ['a flag', true, 'BAD_USER_INPUT'],
    ['null', null, 'BAD_USER_INPUT'],
    ...strange.map(([what, text]) => [what, text, 'INVALID_INPUT'] as const),
    ['the id of something else', formatId('User', 1n), 'INVALID_INPUT'],
    ['one that never was', formatId('Notice', '01900000-0000-7000-8000-000000000000'), 'NOT_FOUND'],
  ],
  item: [
    ['a flag', true, 'BAD_USER_INPUT'],
    ['null', null, 'BAD_USER_INPUT'],
    ...strange.map(([what, text]) => [what, text, 'NOT_FOUND'] as const),
    ['a number', 7, 'NOT_FOUND'],
    ['one that never was', '01900000-0000-7000-8000-000000000000', 'NOT_FOUND'],
    ['capitals', '01900000-0000-7000-8000-00000000000A', 'NOT_FOUND'],
  ],
  word: [
    ...noText,
    ['another case', 'dismiss', 'BAD_USER_INPUT'],
    ['what every object has', '__proto__', 'BAD_USER_INPUT'],
    ['what only the system says', 'ERASED', 'BAD_USER_INPUT'],
    ['huge text', huge, 'BAD_USER_INPUT'],
  ],
  remark: [
    ...noText,
    ...strange.slice(3).map(([what, text]) => [what, text, 'INVALID_INPUT'] as const),
    ['1,001 characters', '🎉'.repeat(1_001), 'INVALID_INPUT'],
  ],
  list: [
    ...noText,
    ...strange.map(([what, text]) => [what, text, 'INVALID_INPUT'] as const),
    ['null', null, 'BAD_USER_INPUT'],
    ['capitals', 'New', 'INVALID_INPUT'],
    ['65 characters', 'x'.repeat(65), 'INVALID_INPUT'],
  ],
  words: [
    ['a number', 7, 'BAD_USER_INPUT'],
    ['a null in it', [null], 'BAD_USER_INPUT'],
    ['null, where it is new', null, 'INVALID_INPUT'],
    ['none', [], 'INVALID_INPUT'],
    ...strange.map(([what, text]) => [what, ['fine', text], 'INVALID_INPUT'] as const),
    ['101 characters', ['🎉'.repeat(101)], 'INVALID_INPUT'],
    ['more than all may have', Array.from({ length: 50_001 }, (_, n) => `w${n}`), 'LIMIT_REACHED'],
  ],
  gone: [
    ...noText,
    ...strange.map(([what, text]) => [what, text, 'NOT_FOUND'] as const),
    ['null', null, 'BAD_USER_INPUT'],
    ['what every object has', '__proto__', 'NOT_FOUND'],
  ],
  webhook: [
    ['a flag', true, 'BAD_USER_INPUT'],
    ['null', null, 'BAD_USER_INPUT'],
    ...strange.map(([what, text]) => [what, text, 'NOT_FOUND'] as const),
    ['a number', 7, 'NOT_FOUND'],
    ['one that never was', '01900000-0000-7000-8000-000000000000', 'NOT_FOUND'],
    ['the id of something else', formatId('User', 1n), 'NOT_FOUND'],
  ],
  url: [
    ...noText,
    ...strange.map(([what, text]) => [what, text, 'INVALID_INPUT'] as const),
    ['a path', '/hook', 'INVALID_INPUT'],
    ['a file', 'file:///etc/passwd', 'INVALID_INPUT'],
    ['a program', 'javascript:alert(1)', 'INVALID_INPUT'],
    ['http to elsewhere', 'http://app.example/hook', 'INVALID_INPUT'],
    ['http to what looks like here', 'http://127.0.0.1.app.example/hook', 'INVALID_INPUT'],
    ['a name and a password', 'https://ann:secret@app.example/hook', 'INVALID_INPUT'],
    ['2,001 characters', `https://app.example/${'x'.repeat(2_001 - 20)}`, 'INVALID_INPUT'],
  ],
  known: [...noText, ...strange.map(([what, text]) => [what, text, 'NOT_FOUND'] as const), ['null', null, 'BAD_USER_INPUT']],
  events: [
    ['text that is none of them', 'EverythingThere', 'BAD_USER_INPUT'],
    ['a number', 7, 'BAD_USER_INPUT'],
    ['a null in it', [null], 'BAD_USER_INPUT'],
    ['one that there is not', ['MessageSent', 'MessageBurnt'], 'BAD_USER_INPUT'],
    ['what an account is told', ['SessionEnded'], 'BAD_USER_INPUT'],
    ['what every object has', ['__proto__'], 'BAD_USER_INPUT'],
  ],
  line: [
    ...noText,
    ...strange.filter(([what]) => !['nothing', 'blanks'].includes(what)).map(([what, text]) => [what, text, 'INVALID_INPUT'] as const),
    ['201 characters', '🎉'.repeat(201), 'INVALID_INPUT'],
  ],
  deadline: [
    ...noNumber,
    ['too little', 49, 'INVALID_INPUT'],
    ['too much', 5_001, 'INVALID_INPUT'],
    ['less than nothing', -1, 'INVALID_INPUT'],
  ],
  choice: [
    ['text', 'ALLOW_ALL', 'BAD_USER_INPUT'],
    ['another case', 'allow', 'BAD_USER_INPUT'],
    ['a number', 1, 'BAD_USER_INPUT'],
    ['what every object has', '__proto__', 'BAD_USER_INPUT'],
  ],
  note: [
    ...noText,
    ...strange.map(([what, text]) => [what, text, 'INVALID_INPUT'] as const),
    ['201 characters', '🎉'.repeat(201), 'INVALID_INPUT'],
  ],
};

const place = world();
let admin: Person;

beforeAll(async () => {
  const [ann] = await place.people('ann');
  admin = await appoint(place, ann);
  await place.node.chat.administration.createUser({ handle: 'taken' });
});
// One settings version exists, so that `expectedVersion` can name it.
beforeEach(async () => {
  const { settings } = place.node.chat;
  if ((await settings.versions({ first: 1 })).items.length === 0)
    await settings.set(null, { settings: [{ name: 'maxReactions', value: '9' }] });
});

async function run(name: string, input: unknown): Promise<AdminAnswer> {
  const type = adminSchema.getMutationType()?.getFields()[name]?.args[0]?.type;
  const document = `mutation ($input: ${type}) { ${name}(input: $input) { ${acts[name]?.asks} errors { code field message } } }`;
  return await askAdmin(adminUrl(place), document, { input }, admin);
}

interface Payload {
  readonly errors: readonly { readonly code: string; readonly field: readonly string[] | null; readonly message: string }[];
}

async function expectRefusal(
  name: string,
  input: Input,
  { code, field }: { readonly code: Bad[2]; readonly field: readonly string[] },
): Promise<void> {
  const { settings, notices, words, moderation, administration, webhooks, beforeSend } = place.node.chat;
  const stands = () =>
    Promise.all([
      settings.versions({ first: 1 }),
      notices.all({ first: 1 }),
      words.lists(),
      moderation.queue({ state: 'RESOLVED', first: 1 }),
      administration.list({}, { first: 1 }),
      webhooks.list(),
      beforeSend.get(),
    ]);
  const before = await stands();
  const { data, errors } = await run(name, input);
  if (code === 'BAD_USER_INPUT') {
    expect(errors).toMatchObject([{ extensions: { code } }]);
    expect(errors?.[0]?.message.length).toBeLessThan(1_000_000);
  } else {
    expect(errors).toBeUndefined();
    const payload = data?.[name] as Payload;
    expect(payload).toMatchObject({ ...acts[name]?.refused, errors: [{ code }] });
    expect(payload.errors[0]?.field?.slice(0, field.length)).toEqual(field);
    // The message says why, and does not repeat the value.
    expect(payload.errors[0]?.message).toMatch(/\w.*\.$/);
    expect(payload.errors[0]?.message.length).toBeLessThan(1_000);
  }
  expect(await stands()).toEqual(before);
}

describe('the tables', () => {
  it('contain every mutation and every field of its input', () => {
    const mutations = Object.values(adminSchema.getMutationType()?.getFields() ?? {});
    const inputs = mutations.map(({ name, args }) => [name, String(args[0]?.type).replace('!', '')] as const);
    const taken = inputs.map(([name, type]) => [name, Object.keys(fieldsOf(type)).toSorted()]);
    expect(Object.fromEntries(taken)).toEqual(
      Object.fromEntries(Object.entries(acts).map(([name, { kinds }]) => [name, Object.keys(kinds).toSorted()])),
    );
    expect(Object.keys(fieldsOf('SettingInput')).toSorted()).toEqual(Object.keys(inSettings).toSorted());
  });

  function fieldsOf(name: string): object {
    const type = adminSchema.getType(name);
    return isInputObjectType(type) ? type.getFields() : {};
  }
});

const cases = Object.entries(acts).flatMap(([name, { valid, kinds, either = [] }]) => [
  ...Object.entries(kinds).flatMap(([field, kind]) =>
    bad[kind].map(([what, value, code]) => ({
      name,
      what: `${what} as ${field}`,
      input: { ...valid, ...(either.includes(field) && Object.fromEntries(either.map((other) => [other, undefined]))), [field]: value },
      code,
      field: ['input', field],
    })),
  ),
  ...(Object.values(kinds).includes('settings')
    ? Object.entries(inSettings).flatMap(([field, kind]) =>
        bad[kind].map(([what, value, code]) => ({
          name,
          what: `${what} as the ${field} of a setting`,
          input: {
            ...valid,
            settings: [
              { name: 'maxReactions', value: '7' },
              { name: 'maxPins', value: '7', [field]: value },
            ],
          },
          code,
          field: ['input', 'settings', '1', field],
        })),
      )
    : []),
]);

describe('a value that cannot be accepted is refused with field and reason, and changes nothing', () => {
  test.each(cases)('$name: $what', async ({ name, input, code, field }) => {
    await expectRefusal(name, input, { code, field });
  });

  test.each([null, 7, 'text', [], [{}], {}, { more: 1 }])('an input of %j', async (input) => {
    for (const name of Object.keys(acts)) {
      const { errors = [] } = await run(name, input);
      expect(new Set(errors.map(({ extensions }) => extensions?.['code']))).toEqual(new Set(['BAD_USER_INPUT']));
    }
  });
});

describe('the recipients of a notice', () => {
  test.each([
    [{}, 'to'],
    [{ toAll: false }, 'to'],
    [{ toAll: true, to: [formatId('User', 1n)] }, 'toAll'],
    [{ to: [formatId('User', 1n)], toHandles: ['somebody'] }, 'toHandles'],
  ])('must be given in exactly one way: %j is refused', async (recipients, field) => {
    await expectRefusal(
      'postNotice',
      { title: 'Maintenance', body: 'Tonight.', ...recipients },
      { code: 'INVALID_INPUT', field: ['input', field] },
    );
  });

  it('are refused by position if they do not exist, and no notice is sent', async () => {
    const to = [formatId('User', 2n ** 61n), admin.id, formatId('User', 2n ** 62n)];
    const { data } = await run('postNotice', { title: 'Maintenance', body: 'Tonight.', to });
    const payload = data?.['postNotice'] as Payload | undefined;
    expect(payload?.errors.map(({ code, field }) => [code, field])).toEqual([
      ['NOT_FOUND', ['input', 'to', '0']],
      ['NOT_FOUND', ['input', 'to', '2']],
    ]);
    expect((await place.node.chat.notices.all({ first: 1 })).items).toEqual([]);
  });
});

describe('a group', () => {
  test.each(['nothing', '', formatId('User', 1n), '7'])('is not found by the id %j', async (id) => {
    const { errors } = await askAdmin(adminUrl(place), 'query ($id: ID!) { group(id: $id) { id } }', { id }, admin);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: ['id'] } }]);
  });

  test.each([
    'first: 0',
    'first: 101',
    'after: "no cursor"',
    `after: "${Buffer.from('group@0').toString('base64url')}"`,
  ])('list is refused for a page that does not exist: %s', async (args) => {
    const { errors } = await askAdmin(adminUrl(place), `{ viewer { groups(${args}) { edges { cursor } } } }`, {}, admin);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: [args.split(':')[0]] } }]);
  });
});

describe('a page of users, bots or the audit', () => {
  test.each([
    ['users(first: 0)', 'first'],
    ['users(first: 101)', 'first'],
    ['users(after: "no cursor")', 'after'],
    [`users(after: "${Buffer.from('userId@0').toString('base64url')}")`, 'after'],
    [`users(after: "${Buffer.from('user@7 ann').toString('base64url')}")`, 'after'],
    [`users(search: "ann", after: "${Buffer.from('userId@7').toString('base64url')}")`, 'after'],
    [`users(search: "ann", after: "${Buffer.from('user@7 bob').toString('base64url')}")`, 'after'],
    ['bots(first: 0)', 'first'],
    ['bots(after: "no cursor")', 'after'],
    [`bots(after: "${Buffer.from('userId@0').toString('base64url')}")`, 'after'],
    ['auditLog(first: -1)', 'first'],
    ['auditLog(after: "")', 'after'],
    [`auditLog(after: "${Buffer.from('audit@x:1').toString('base64url')}")`, 'after'],
    [`auditLog(after: "${Buffer.from('audit@1').toString('base64url')}")`, 'after'],
    [`auditLog(after: "${Buffer.from('audit@1:9999999999999999999').toString('base64url')}")`, 'after'],
    ['auditLog(filter: { actorId: "nobody" })', 'filter'],
    ['auditLog(filter: { actorId: "VXNlcjox", commandLine: true })', 'filter'],
  ])('is refused for %s', async (field, argument) => {
    const { errors } = await askAdmin(adminUrl(place), `{ ${field} { edges { cursor } } }`, {}, admin);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: expect.arrayContaining([argument]) } }]);
  });

  test.each([
    'users(search: "")',
    'users(search: "\\u0000")',
    'users(search: "-")',
    'auditLog(filter: { action: "\\u0000", target: "" })',
  ])('is empty for %s', async (field) => {
    const { data, errors } = await askAdmin(adminUrl(place), `{ ${field} { edges { cursor } } }`, {}, admin);
    expect(errors).toBeUndefined();
    expect(Object.values(data ?? {})).toEqual([{ edges: [] }]);
  });
});

describe('a page of settings versions', () => {
  test.each([
    ['first: 0', 'first'],
    ['first: 101', 'first'],
    ['first: -1', 'first'],
    ['after: ""', 'after'],
    ['after: "no cursor"', 'after'],
    [`after: "${Buffer.from('settingsVersion@x').toString('base64url')}"`, 'after'],
    [`after: "${Buffer.from('settingsVersion@99999999999').toString('base64url')}"`, 'after'],
    [`after: "${Buffer.from('seq@1').toString('base64url')}"`, 'after'],
  ])('is refused for %s', async (args, argument) => {
    const { errors } = await askAdmin(adminUrl(place), `{ settingsVersions(${args}) { edges { cursor } } }`, {}, admin);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: [argument] } }]);
  });
});

describe('a request that is not valid', () => {
  test.each([
    ['no JSON', '{'],
    ['a list', '[{"query":"{ viewer { id } }"}]'],
    ['no document', '{}'],
    ['a number for a document', '{"query":7}'],
    ['variables that are none', '{"query":"{ viewer { id } }","variables":7}'],
  ])('is refused: %s', async (_what, body) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${admin.token}` };
    const response = await fetch(adminUrl(place), { method: 'POST', headers, body });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });
});
