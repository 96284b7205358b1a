import { createECDH, randomUUID } from 'node:crypto';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { isInputObjectType, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatId } from '../../schema/ids.ts';
import { schema } from '../../schema/index.ts';
import {
  AskDocument,
  CreateInviteDocument,
  JoinGroupDocument,
  RequestContactDocument,
  ScheduleMessageDocument,
  SessionsDocument,
  UpdateGroupDocument,
} from '../support/generated/graphql.ts';
import { backend, backendTokenOf } from '../support/issuer.ts';
import { type RawSql, rawId, rawSql } from '../support/raw-sql.ts';
import { given, type Person, password, world } from '../support/world.ts';

/** The objects that the mutations act on. They are Ann’s, unless stated otherwise. */
interface Scene {
  readonly ann: Person;
  readonly ben: Person;
  readonly dan: Person;
  readonly group: string;
  /** Ann’s message in the group. */
  readonly message: string;
  /** A group that Ann is not in, and a message in it. */
  readonly foreignGroup: string;
  readonly foreignMessage: string;
  /** Ann’s session. */
  readonly session: string;
  /** A token of a user who has an account with the identity provider. */
  readonly idToken: string;
  /** Ben’s contact request to Ann. */
  readonly request: string;
  /** Dan’s request to join the group, and an invite to the group. */
  readonly wish: string;
  readonly invite: string;
  /** Ann’s scheduled message. */
  readonly scheduled: string;
  /** Ann’s poll and its options. */
  readonly poll: string;
  readonly options: readonly string[];
}

type Input = Readonly<Record<string, unknown>>;

/** What a field accepts: an id of some type, or some kind of text or number. */
type Kind =
  | 'user'
  | 'users'
  | 'conversation'
  | 'message'
  | 'request'
  | 'wish'
  | 'invite'
  | 'code'
  | 'time'
  | 'count'
  | 'contact'
  | 'scheduled'
  | 'ahead'
  | 'instant'
  | 'written'
  | 'session'
  | 'key'
  | 'text'
  | 'draft'
  | 'name'
  | 'line'
  | 'lines'
  | 'status'
  | 'handle'
  | 'password'
  | 'url'
  | 'emoji'
  | 'seq'
  | 'seconds'
  | 'days'
  | 'moment'
  | 'refreshToken'
  | 'idToken'
  | 'endpoint'
  | 'pushKey'
  | 'token'
  | 'hours'
  | 'flag'
  | 'word'
  | 'attachments'
  | 'poll'
  | 'options'
  | 'data'
  | 'signalName'
  | 'signalData';

interface Act {
  readonly valid: (scene: Scene) => Input;
  readonly kinds: Readonly<Record<string, Kind>>;
}

const onMessage: Act = { valid: ({ message: messageId }) => ({ messageId }), kinds: { messageId: 'message' } };
const onScheduled: Act = {
  valid: ({ scheduled: scheduledMessageId }) => ({ scheduledMessageId }),
  kinds: { scheduledMessageId: 'scheduled' },
};
const reacting: Act = {
  valid: ({ message: messageId }) => ({ messageId, emoji: '👍' }),
  kinds: { messageId: 'message', emoji: 'emoji' },
};
const marking: Act = {
  valid: ({ group: conversationId }) => ({ conversationId, seq: 1 }),
  kinds: { conversationId: 'conversation', seq: 'seq' },
};
const ruling: Act = {
  valid: ({ group: groupId, ben }) => ({ groupId, userId: ben.id }),
  kinds: { groupId: 'conversation', userId: 'user' },
};
// A public key as browsers generate it.
const somePoint = createECDH('prime256v1').generateKeys('base64url');
const someHours = { start: '22:00', end: '07:00', timeZone: 'Europe/Berlin' };
const someFile = {
  url: 'https://example.org/a.png',
  mediaType: 'image/png',
  name: 'a.png',
  size: 3_000_000_000,
  width: 1,
  height: 1,
  alt: 'a',
};
const someDay = '2999-01-01T00:00:00.000Z';
// Within the year that scheduling allows.
const nextMonth = new Date(Date.now() + 30 * 86_400_000).toISOString();
const rightNow = new Date().toISOString();
const person = { handle: 'handle', password: 'password', deviceName: 'line', deviceKind: 'word' } as const;

/** Every mutation: a valid input and the kinds of its fields. */
const acts: Readonly<Record<string, Act>> = {
  addMembers: {
    valid: ({ group: groupId, dan }) => ({ groupId, userIds: [dan.id] }),
    kinds: { groupId: 'conversation', userIds: 'users' },
  },
  addReaction: reacting,
  answerContactRequest: {
    valid: ({ request: requestId }) => ({ requestId, accept: true }),
    kinds: { requestId: 'request', accept: 'flag' },
  },
  answerJoinRequest: {
    valid: ({ wish: requestId }) => ({ requestId, accept: false }),
    kinds: { requestId: 'wish', accept: 'flag' },
  },
  cancelContactRequest: { valid: ({ request: requestId }) => ({ requestId }), kinds: { requestId: 'request' } },
  cancelScheduledMessage: onScheduled,
  changeHandle: { valid: () => ({ handle: `ann.${randomUUID().slice(0, 8)}` }), kinds: { handle: 'handle' } },
  changeScheduledMessage: {
    valid: ({ scheduled: scheduledMessageId, message, ben }) => ({
      ...{ scheduledMessageId, sendAt: nextMonth, text: 'otherwise', replyToId: message, threadRootId: message },
      ...{ mentionIds: [ben.id], mentionsEveryone: true },
    }),
    kinds: {
      ...{ scheduledMessageId: 'scheduled', sendAt: 'ahead', text: 'text', replyToId: 'message', threadRootId: 'message' },
      ...{ mentionIds: 'users', mentionsEveryone: 'flag', attachments: 'attachments', data: 'data', poll: 'poll' },
    },
  },
  changePassword: {
    valid: () => ({ currentPassword: password, newPassword: password }),
    kinds: { currentPassword: 'password', newPassword: 'password' },
  },
  cancelJoinRequest: { valid: ({ wish: requestId }) => ({ requestId }), kinds: { requestId: 'wish' } },
  clearConversation: marking,
  closePoll: { valid: ({ poll: messageId }) => ({ messageId }), kinds: { messageId: 'message' } },
  createGroup: {
    valid: ({ ben }) => ({ name: 'A group', description: 'Of some', data: { order: 7 }, memberIds: [ben.id], clientGroupId: randomUUID() }),
    kinds: {
      ...{ name: 'name', description: 'lines', data: 'data', memberIds: 'users', clientGroupId: 'key' },
      ...{ joinPolicy: 'word', listed: 'flag', historyForNewcomers: 'word' },
    },
  },
  createInvite: {
    valid: ({ group: groupId }) => ({ groupId, maxUses: 1 }),
    kinds: { groupId: 'conversation', expiresAt: 'time', maxUses: 'count' },
  },
  dissolveGroup: { valid: ({ group: groupId }) => ({ groupId }), kinds: { groupId: 'conversation' } },
  deleteAccount: {
    valid: () => ({ password: 'wrong horse battery', messages: 'KEEP' }),
    kinds: { password: 'password', token: 'idToken', messages: 'word' },
  },
  editMessage: {
    valid: ({ message: messageId, ben }) => ({ messageId, text: 'changed', mentionIds: [ben.id], mentionsEveryone: false }),
    kinds: { messageId: 'message', text: 'text', mentionIds: 'users', mentionsEveryone: 'flag', attachments: 'attachments', data: 'data' },
  },
  forwardMessage: {
    valid: ({ message: messageId, group: conversationId }) => ({ messageId, conversationId, clientMessageId: randomUUID() }),
    kinds: { messageId: 'message', conversationId: 'conversation', clientMessageId: 'key' },
  },
  hideMessage: onMessage,
  removeDraft: {
    valid: ({ group: conversationId, message: threadRootId }) => ({ conversationId, threadRootId, writtenAt: rightNow }),
    kinds: { conversationId: 'conversation', threadRootId: 'message', writtenAt: 'written' },
  },
  saveDraft: {
    valid: ({ group: conversationId, message }) => ({
      ...{ conversationId, threadRootId: message, replyToId: message, text: 'so far', writtenAt: rightNow },
    }),
    kinds: {
      ...{ conversationId: 'conversation', threadRootId: 'message', replyToId: 'message', text: 'draft', writtenAt: 'written' },
      data: 'data',
    },
  },
  saveMessage: {
    valid: ({ message: messageId }) => ({ messageId, note: 'for later' }),
    kinds: { messageId: 'message', note: 'lines' },
  },
  unsaveMessage: onMessage,
  joinGroup: {
    valid: () => ({}),
    kinds: { groupId: 'conversation', code: 'code', note: 'lines' },
  },
  leaveGroup: { valid: ({ group: groupId }) => ({ groupId }), kinds: { groupId: 'conversation' } },
  markDelivered: marking,
  markRead: marking,
  markThreadRead: {
    valid: ({ message: messageId }) => ({ messageId, seq: 1 }),
    kinds: { messageId: 'message', seq: 'seq' },
  },
  markUnread: {
    valid: ({ group: conversationId }) => ({ conversationId, fromSeq: 1 }),
    kinds: { conversationId: 'conversation', fromSeq: 'seq' },
  },
  muteMember: {
    valid: ({ group: groupId, ben }) => ({ groupId, userId: ben.id, until: someDay }),
    kinds: { groupId: 'conversation', userId: 'user', until: 'moment' },
  },
  openDirectConversation: { valid: ({ ben }) => ({ userId: ben.id }), kinds: { userId: 'user' } },
  pinMessage: onMessage,
  recallMessage: onMessage,
  refreshToken: { valid: ({ ann: { refreshToken } }) => ({ refreshToken }), kinds: { refreshToken: 'refreshToken' } },
  removeContact: { valid: ({ ben }) => ({ userId: ben.id }), kinds: { userId: 'user' } },
  removeMember: {
    valid: ({ group: groupId, ben }) => ({ groupId, userId: ben.id, ban: true }),
    kinds: { groupId: 'conversation', userId: 'user', ban: 'flag' },
  },
  removeReaction: reacting,
  reportMessage: {
    valid: ({ message: messageId }) => ({ messageId, reason: 'SPAM', note: 'look' }),
    kinds: { messageId: 'message', reason: 'word', note: 'lines' },
  },
  reportUser: {
    valid: ({ dan }) => ({ userId: dan.id, reason: 'SPAM', note: 'look' }),
    kinds: { userId: 'user', reason: 'word', note: 'lines' },
  },
  requestContact: {
    valid: ({ dan }) => ({ userId: dan.id, note: 'please', message: 'hello' }),
    kinds: { userId: 'user', note: 'lines', message: 'text' },
  },
  blockUser: { valid: ({ dan }) => ({ userId: dan.id }), kinds: { userId: 'user' } },
  unblockUser: { valid: ({ dan }) => ({ userId: dan.id }), kinds: { userId: 'user' } },
  registerPushDevice: {
    valid: () => ({ platform: 'FCM', token: 'a-token' }),
    kinds: { platform: 'word', token: 'token' },
  },
  registerWebPush: {
    valid: () => ({ endpoint: 'https://push.example.org/of-ann', p256dh: somePoint, auth: 'A'.repeat(22) }),
    kinds: { endpoint: 'endpoint', p256dh: 'pushKey', auth: 'pushKey', vapidPublicKey: 'pushKey' },
  },
  setQuietHours: { valid: () => ({}), kinds: { quietHours: 'hours' } },
  setSilentUntil: { valid: () => ({}), kinds: { silentUntil: 'moment' } },
  unregisterPush: { valid: ({ session: sessionId }) => ({ sessionId }), kinds: { sessionId: 'session' } },
  renameSession: {
    valid: ({ session: sessionId }) => ({ sessionId, deviceName: 'phone' }),
    kinds: { sessionId: 'session', deviceName: 'line' },
  },
  requestDataExport: { valid: () => ({ messages: false }), kinds: { messages: 'flag' } },
  revokeInvite: { valid: ({ invite: inviteId }) => ({ inviteId }), kinds: { inviteId: 'invite' } },
  scheduleMessage: {
    valid: ({ group: conversationId, message, ben }) => ({
      ...{ conversationId, clientMessageId: randomUUID(), text: 'said', replyToId: message, threadRootId: message },
      ...{ mentionIds: [ben.id], mentionsEveryone: true, sendAt: nextMonth },
    }),
    kinds: {
      ...{ conversationId: 'conversation', clientMessageId: 'key', text: 'text', replyToId: 'message', threadRootId: 'message' },
      ...{ mentionIds: 'users', mentionsEveryone: 'flag', attachments: 'attachments', data: 'data', poll: 'poll' },
      ...{ sendAt: 'ahead', draftWrittenAt: 'instant' },
    },
  },
  sendScheduledMessage: onScheduled,
  sendMessage: {
    valid: ({ group: conversationId, message, ben }) => ({
      ...{ conversationId, clientMessageId: randomUUID(), text: 'said', replyToId: message, threadRootId: message },
      ...{ mentionIds: [ben.id], mentionsEveryone: true, draftWrittenAt: rightNow },
    }),
    kinds: {
      draftWrittenAt: 'instant',
      ...{ conversationId: 'conversation', clientMessageId: 'key', text: 'text', replyToId: 'message', threadRootId: 'message' },
      ...{ mentionIds: 'users', mentionsEveryone: 'flag', attachments: 'attachments', data: 'data', poll: 'poll' },
    },
  },
  sendSignal: {
    valid: ({ group: conversationId, ben }) => ({ conversationId, name: 'call.ring', data: { sdp: 'v=0' }, recipientIds: [ben.id] }),
    kinds: { conversationId: 'conversation', name: 'signalName', data: 'signalData', recipientIds: 'users' },
  },
  setPresence: {
    valid: () => ({ status: 'BUSY', statusText: 'in a meeting', statusUntil: someDay }),
    kinds: { status: 'word', statusText: 'status', statusUntil: 'moment' },
  },
  setRole: {
    valid: ({ group: groupId, ben }) => ({ groupId, userId: ben.id, role: 'ADMIN' }),
    kinds: { groupId: 'conversation', userId: 'user', role: 'word' },
  },
  setTyping: {
    valid: ({ group: conversationId }) => ({ conversationId, typing: true }),
    kinds: { conversationId: 'conversation', typing: 'flag' },
  },
  signIn: { valid: ({ ann: { handle } }) => ({ handle, password, deviceName: 'phone', deviceKind: 'MOBILE' }), kinds: person },
  signInWithToken: {
    valid: ({ idToken: token }) => ({ token, deviceName: 'phone', deviceKind: 'MOBILE' }),
    kinds: { token: 'idToken', deviceName: 'line', deviceKind: 'word' },
  },
  signOut: { valid: () => ({}), kinds: { sessionId: 'session' } },
  signOutOthers: { valid: () => ({}), kinds: { sessionId: 'session' } },
  signUp: {
    valid: () => ({ handle: `new.${randomUUID().slice(0, 8)}`, password, displayName: 'New', deviceName: 'phone', deviceKind: 'MOBILE' }),
    kinds: { ...person, displayName: 'name' },
  },
  transferOwnership: ruling,
  unbanUser: ruling,
  unmuteMember: ruling,
  unpinMessage: onMessage,
  votePoll: {
    valid: ({ poll: messageId, options }) => ({ messageId, optionIds: options.slice(0, 1) }),
    kinds: { messageId: 'message', optionIds: 'options' },
  },
  updateContact: {
    valid: ({ ann, ben }) => ({
      contactId: formatId('Contact', { userId: BigInt(rawId(ann.id)), otherId: BigInt(rawId(ben.id)) }),
      alias: 'Benny',
    }),
    kinds: { contactId: 'contact', alias: 'name' },
  },
  updateGroup: {
    valid: ({ group: groupId }) => ({
      ...{ groupId, name: 'Another', description: 'Of others', announcement: 'News', avatarUrl: 'https://example.org/a.png' },
      ...{ postPolicy: 'ADMINS', invitePolicy: 'ADMINS', mentionPolicy: 'ADMINS', pinPolicy: 'ADMINS' },
      ...{ slowModeSeconds: 30, mutedUntil: someDay, historyDays: 30, data: { order: 7 } },
    }),
    kinds: {
      ...{ groupId: 'conversation', name: 'name', description: 'lines', announcement: 'lines', avatarUrl: 'url' },
      ...{ joinPolicy: 'word', historyForNewcomers: 'word', postPolicy: 'word', invitePolicy: 'word', mentionPolicy: 'word' },
      ...{ pinPolicy: 'word', slowModeSeconds: 'seconds', mutedUntil: 'moment', historyDays: 'days', data: 'data' },
      listed: 'flag',
    },
  },
  updateMembership: {
    valid: ({ group: conversationId }) => ({ conversationId, notificationLevel: 'NONE', pinned: true, archived: true, nickname: 'Annie' }),
    kinds: {
      ...{ conversationId: 'conversation', notificationLevel: 'word', silentUntil: 'moment', nickname: 'name' },
      ...{ pinned: 'flag', archived: 'flag' },
    },
  },
  updateProfile: {
    valid: () => ({ displayName: 'Ann', avatarUrl: 'https://example.org/a.png', bio: 'About me' }),
    kinds: { displayName: 'name', avatarUrl: 'url', bio: 'lines' },
  },
  updateSettings: {
    valid: () => ({ messagesFrom: 'EVERYONE', readReceipts: true, lastSeen: false }),
    kinds: { messagesFrom: 'word', readReceipts: 'flag', lastSeen: 'flag' },
  },
};

/** A value that cannot be accepted, in words. */
type Bad = readonly [what: string, value: unknown];

const half = '\ud800';
const huge = 'x'.repeat(200_000);

/** Ids that are malformed, of another type, of nothing, or of something that Ann may not see. */
function badIds(scene: Scene, kind: Kind): readonly Bad[] {
  const big = 2n ** 62n;
  const others: Readonly<Partial<Record<Kind, readonly Bad[]>>> = {
    user: [
      ['a message’s id', scene.message],
      ['nobody’s', formatId('User', big)],
    ],
    conversation: [
      ['a user’s id', scene.ann.id],
      ['that of none', formatId('Conversation', big)],
      ['that of others', scene.foreignGroup],
    ],
    message: [
      ['a user’s id', scene.ann.id],
      ['that of none', formatId('Message', { conversationId: big, seq: 1 })],
      ['that of others', scene.foreignMessage],
    ],
    request: [
      ['a user’s id', scene.ann.id],
      ['that of none', formatId('ContactRequest', { fromId: big, toId: big })],
    ],
    wish: [
      ['a user’s id', scene.ann.id],
      ['that of none', formatId('JoinRequest', { conversationId: big, userId: big })],
    ],
    invite: [
      ['a user’s id', scene.ann.id],
      ['that of none', formatId('GroupInvite', randomUUID())],
    ],
    contact: [
      ['a user’s id', scene.ann.id],
      ['that of none', formatId('Contact', { userId: big, otherId: big })],
    ],
    session: [
      ['a user’s id', scene.ann.id],
      ['that of none', formatId('Session', randomUUID())],
    ],
  };
  return [
    ['nothing', ''],
    ['no id', 'nonsense'],
    ['huge', huge],
    ['of control characters', '\0\u001b'],
    ['half a character', half],
    ['turned around', '\u202e'],
    ['another spelling', `${scene.ann.id}=`],
    ...(others[kind] ?? []),
  ];
}

const badMoments: readonly Bad[] = [
  ['past', '2000-01-01T00:00:00.000Z'],
  ['no moment', 'tomorrow'],
  ['of no zone', '2999-01-01T00:00:00'],
  ['a day that there is none of', '2999-02-30T00:00:00Z'],
  ['after the last year', '+10000-01-01T00:00:00Z'],
  ['a number', 32_472_144_000],
  ['nothing', ''],
];
const badInstants = badMoments.filter(([what]) => what !== 'past');

const badTexts: Readonly<Partial<Record<Kind, readonly Bad[]>>> = {
  key: [
    ['nothing', ''],
    ['a space', ' '],
    ['too long', 'x'.repeat(65)],
    ['not ASCII', 'ü'],
    ['a line break', 'a\nb'],
    ['half a character', half],
  ],
  text: [
    ['nothing', ''],
    ['white space', ' \n\t '],
    ['too long', huge],
    ['NUL', 'a\0b'],
    ['half a character', half],
    ['nothing that shows', '\u202e\u200b'],
  ],
  // The text of a draft may be blank if the draft is a reply.
  draft: [
    ['too long', huge],
    ['NUL', 'a\0b'],
    ['half a character', half],
  ],
  name: [
    ['too long', huge],
    ['control characters', 'a\u0007b'],
    ['two lines', 'a\nb'],
    ['two paragraphs', 'a\u2029b'],
    ['half a character', half],
    ['NUL', '\0'],
  ],
  line: [
    ['too long', huge],
    ['two lines', 'a\u2028b'],
    ['control characters', 'a\u0007b'],
    ['half a character', half],
  ],
  status: [
    ['too long', 'x'.repeat(101)],
    ['huge', huge],
    ['white space', ' \t '],
    ['nothing that shows', '\u202e\u200b'],
    ['control characters', 'a\u0007b'],
    ['NUL', 'a\0b'],
    ['two lines', 'a\nb'],
    ['two paragraphs', 'a\u2029b'],
    ['half a character', half],
    ['a number', 1],
    ['a list', ['a', 'b']],
  ],
  lines: [
    ['too long', huge],
    ['control characters', 'a\u0007b'],
    ['half a character', half],
  ],
  handle: [
    ['nothing', ''],
    ['too long', huge],
    ['a space', 'a b'],
    ['half a character', half],
    ['not ASCII', 'ännchen'],
  ],
  password: [
    ['nothing', ''],
    ['too long', huge],
  ],
  url: [
    ['no URL', 'nonsense'],
    ['a script', 'javascript:alert(1)'],
    ['too long', `https://example.org/${huge}`],
    ['half a character', half],
  ],
  emoji: [
    ['nothing', ''],
    ['a letter', 'a'],
    ['a digit', '1'],
    ['two of them', '👍👍'],
    ['huge', '👍'.repeat(10_000)],
    ['half a character', half],
    ['turned around', '\u202e👍'],
  ],
  seq: [
    ['negative', -1],
    ['beyond the end', 2 ** 31 - 1],
    ['no Int', 2 ** 31],
    ['a fraction', 1.5],
    ['text', '1'],
  ],
  seconds: [
    ['negative', -1],
    ['more than a day', 86_401],
    ['no Int', 2 ** 31],
    ['a fraction', 1.5],
    ['text', '1'],
  ],
  days: [
    ['none', 0],
    ['negative', -1],
    ['more than a hundred years', 36_501],
    ['no Int', 2 ** 31],
    ['a fraction', 1.5],
    ['text', '1'],
  ],
  moment: badMoments,
  instant: badInstants,
  written: [...badInstants, ['in more than a day', someDay]],
  ahead: [...badMoments, ['in more than a year', someDay]],
  refreshToken: [
    ['nothing', ''],
    ['nonsense', 'nonsense'],
    ['huge', huge],
    ['half a character', half],
  ],
  idToken: [
    ['nothing', ''],
    ['nonsense', 'nonsense'],
    ['dots', '..'],
    ['huge', huge],
    ['half a character', half],
    ['not signed', `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`],
  ],
  code: [
    ['nothing', ''],
    ['nonsense', 'nonsense'],
    ['nobody’s', 'x'.repeat(20)],
    ['huge', huge],
    ['NUL', '\0'.repeat(20)],
    ['half a character', half],
  ],
  time: [
    ['no time', 'tomorrow'],
    ['past', '2020-01-01T00:00:00Z'],
    ['beyond all time', '+275760-09-13T00:00:00.001Z'],
    ['a number', 1],
  ],
  count: [
    ['none', 0],
    ['negative', -1],
    ['no Int', 2 ** 31],
    ['a fraction', 1.5],
    ['text', '1'],
  ],
  endpoint: [
    ['nothing', ''],
    ['no URL', 'nonsense'],
    ['not https', 'http://push.example.org/x'],
    ['a script', 'javascript:alert(1)'],
    ['with a name and a password', 'https://ann:secret@push.example.org/x'],
    ['with a fragment', 'https://push.example.org/x#y'],
    ['at another port', 'https://push.example.org:8443/x'],
    ['of this machine', 'https://localhost/x'],
    ['of this machine, by number', 'https://127.0.0.1/x'],
    ['of this machine, by another number', 'https://2130706433/x'],
    ['of this machine, in hex', 'https://0x7f.1/x'],
    ['of this machine, in IPv6', 'https://[::1]/x'],
    ['of this machine, as IPv4 in IPv6', 'https://[::ffff:127.0.0.1]/x'],
    ['of the metadata of a cloud', 'https://169.254.169.254/latest/meta-data'],
    ['of a network at home', 'https://192.168.1.1/x'],
    ['of a network at home, in IPv6', 'https://[fd00::1]/x'],
    ['too long', `https://push.example.org/${'x'.repeat(2_048)}`],
    ['with a space', 'https://push.example.org/a b'],
    ['not ASCII', 'https://push.example.org/ä'],
    ['half a character', half],
  ],
  pushKey: [
    ['nothing', ''],
    ['nonsense', 'nonsense!'],
    ['too short', 'AAAA'],
    ['too long', 'A'.repeat(200)],
    ['no point of the curve', Buffer.alloc(65, 4).toString('base64url')],
    ['huge', huge],
    ['half a character', half],
  ],
  token: [
    ['nothing', ''],
    ['a space', 'a b'],
    ['two lines', 'a\nb'],
    ['too long', 'x'.repeat(2_049)],
    ['not ASCII', 'ä'],
    ['half a character', half],
  ],
  hours: [
    ['text', '22:00'],
    ['of no time', { ...someHours, start: '24:00' }],
    ['of half a time', { ...someHours, end: '7' }],
    ['of a time in other figures', { ...someHours, end: '٠٧:٠٠' }],
    ['of no zone', { ...someHours, timeZone: 'Nowhere/Land' }],
    ['of an empty zone', { ...someHours, timeZone: '' }],
    ['of a huge zone', { ...someHours, timeZone: huge }],
    ['of an offset', { ...someHours, timeZone: '+01:00' }],
    ['of half a character', { ...someHours, timeZone: half }],
    ['of no day', { ...someHours, days: [] }],
    ['of another day', { ...someHours, days: ['YESTERDAY'] }],
  ],
  flag: [
    ['text', 'true'],
    ['a number', 1],
    ['nothing', ''],
    ['huge', huge],
    ['half a character', half],
  ],
  // For a message that has text, and no attachments yet.
  attachments: [
    ['text', 'https://example.org/a.png'],
    ['without an address', [{ mediaType: someFile.mediaType }]],
    ['without a type', [{ url: someFile.url }]],
    ['with a field that there is not', [{ ...someFile, path: '/etc/passwd' }]],
    ['too many', Array(11).fill(someFile)],
    ['far too many', Array(5_000).fill(someFile)],
    ...[
      ...[null, 1, '', 'nonsense', 'javascript:alert(1)', 'file:///etc/passwd', `https://example.org/${huge}`, half].map((url) => ({
        url,
      })),
      ...['https://ann:secret@example.org/', 'https://example.org/\0', '//example.org/'].map((url) => ({ url })),
      ...[null, 1, '', 'png', 'image/', '*/*', huge, half, 'image/png\n'].map((mediaType) => ({ mediaType })),
      ...[1, '', ' ', huge, half, 'a\nb', 'a\0', '../a', 'a\u202egnp.exe'].map((name) => ({ name })),
      ...[1, huge, half, 'a\u0007'].map((alt) => ({ alt })),
      ...['1', -1, 1.5, 2 ** 53, 1e300].map((size) => ({ size })),
      ...['1', 0, -1, 1.5, 2 ** 31].flatMap((pixels) => [{ width: pixels }, { height: pixels }]),
      ...['1', -1, 1.5, 2 ** 31].map((durationMs) => ({ durationMs })),
    ].map((wrong): Bad => [`with ${JSON.stringify(wrong).slice(0, 60)}`, [someFile, { ...someFile, ...wrong }]]),
  ],
  poll: [
    ['a text', 'soup'],
    ['without options', { multiple: true }],
    ['with a field that there is not', { options: ['a', 'b'], question: 'c' }],
    ...[
      ...[null, 1, 'a', [], ['a'], Array.from({ length: 21 }, (_, place) => `${place}`), Array<string>(100_000).fill('a')].map(
        (options) => ({
          options,
        }),
      ),
      ...[null, 1, '', ' ', 'a', ' a', huge, half, 'b\0', 'b\nc', 'b'.repeat(201)].map((option) => ({ options: ['a', option] })),
      ...[1, 'true'].flatMap((flag) => [{ multiple: flag }, { anonymous: flag }]),
      ...[1, '', 'tomorrow', '2001-01-01T00:00:00Z', someDay, huge, half].map((closesAt) => ({ closesAt })),
    ].map((wrong): Bad => [`with ${JSON.stringify(wrong).slice(0, 60)}`, { options: ['a', 'b'], ...wrong }]),
  ],
  data: [
    ['a text', '{"a":1}'],
    ['a number', 1],
    ['a list', [{ a: 1 }]],
    ['an empty list', []],
    ['true', true],
    ['too large', { a: 'x'.repeat(4_089) }],
    ['too large in bytes', { a: 'ä'.repeat(2_045) }],
    ['far too large', { a: huge }],
    ['of far too many', { a: Array(200_000).fill(1) }],
    ['with half a character', { a: half }],
    ['with half a character in a name', { [half]: 1 }],
    ['with NUL', { a: ['\0'] }],
    ['with NUL in a name', { a: { '\0': 1 } }],
    ['with a number that is not held', { a: 2 ** 53 }],
    ['with a number that is not held as such', { a: 1e300 }],
    ['nested too deep', JSON.parse(`${'{"a":'.repeat(11)}1${'}'.repeat(11)}`)],
    ['nested far too deep', JSON.parse(`{"a":${'['.repeat(500)}${']'.repeat(500)}}`)],
    ['with half a character beneath its prototype', JSON.parse(`{"__proto__":{"a":"${half}"}}`)],
  ],
  signalName: [
    ['null', null],
    ['a number', 1],
    ['empty', ''],
    ['of two words', 'call ring'],
    ['of another script', 'звонок'],
    ['begun by a figure', '1ring'],
    ['of two lines', 'ring\nhang'],
    ['65 characters', 'x'.repeat(65)],
    ['with NUL', 'a\0'],
  ],
  signalData: [
    ['a text', 'v=0'],
    ['a list', [{ a: 1 }]],
    ['too large', { a: 'x'.repeat(16_377) }],
    ['far too large', { a: huge }],
    ['with half a character', { a: half }],
    ['with NUL', { a: ['\0'] }],
    ['nested too deep', JSON.parse(`${'{"a":'.repeat(11)}1${'}'.repeat(11)}`)],
  ],
  word: [
    ['another word', 'NOBODY'],
    ['a number', 1],
    ['nothing', ''],
    ['huge', huge],
    ['control characters', '\0\u001b'],
    ['half a character', half],
  ],
};

function badFor(scene: Scene, kind: Kind): readonly Bad[] {
  if (kind === 'options') {
    const { options, message } = scene;
    return [
      ...badIds(scene, 'message').map(([what, id]): Bad => [what, [id]]),
      ...[['a message', [message]] as const, ['both', options] as const, ['too many', Array(21).fill(options[0])] as const],
      ['one that there is not', [formatId('PollOption', { conversationId: 1n, seq: 1, choice: 0 })]],
    ];
  }
  if (kind === 'users')
    return [
      ...badIds(scene, 'user').map(([what, id]): Bad => [what, [id]]),
      ['too many', Array(101).fill(scene.dan.id)],
      ['too many and malformed', Array(101).fill('nonsense')],
    ];
  return badTexts[kind] ?? badIds(scene, kind);
}

describe('input that cannot be accepted', () => {
  const provider = { PUSH_PROVIDER_URL: 'http://127.0.0.1:9', PUSH_PROVIDER_SECRET: `whsec_${'A'.repeat(32)}` };
  const chat = world({ SIGN_IN_ATTEMPTS: '100000', ...provider, ...backend });
  let scene: Scene;
  let sql: RawSql;

  beforeAll(async () => {
    const [ann, ben, dan] = await chat.people('ann', 'ben', 'dan');
    const group = await chat.group(ann, ben);
    const foreignGroup = await chat.group(dan);
    const { id: message } = await chat.say(ann, group, 'something');
    const question = { conversationId: group, clientMessageId: randomUUID(), text: 'Well?', poll: { options: ['yes', 'no'] } };
    const { sendMessage } = await chat.ask(AskDocument, { input: question }, ann);
    const asked = given(sendMessage.messageEdge, sendMessage.errors).node;
    const { id: foreignMessage } = await chat.say(dan, foreignGroup, 'something else');
    const { requestContact } = await chat.ask(RequestContactDocument, { input: { userId: ann.id, note: null } }, ben);
    const request = given(requestContact.contactRequestEdge, requestContact.errors).node.id;
    const { viewer } = await chat.ask(SessionsDocument, {}, ann);
    const session = given(viewer?.sessions[0], []).id;
    await chat.ask(UpdateGroupDocument, { input: { groupId: group, joinPolicy: 'APPROVAL' } }, ann);
    const { joinGroup } = await chat.ask(JoinGroupDocument, { input: { groupId: group } }, dan);
    const wish = given(joinGroup.joinRequest, joinGroup.errors).id;
    const { createInvite } = await chat.ask(CreateInviteDocument, { input: { groupId: group } }, ann);
    const invite = given(createInvite.invite, createInvite.errors).id;
    const later = { conversationId: group, clientMessageId: randomUUID(), text: 'later', sendAt: nextMonth };
    const { scheduleMessage } = await chat.ask(ScheduleMessageDocument, { input: later }, ann);
    const scheduled = given(scheduleMessage.scheduledMessageEdge, scheduleMessage.errors).node.id;
    scene = {
      ann,
      ben,
      dan,
      group,
      message,
      foreignGroup,
      foreignMessage,
      request,
      session,
      wish,
      invite,
      scheduled,
      poll: asked.id,
      options: given(asked.poll, []).options.map(({ id }) => id),
      idToken: await backendTokenOf({ sub: 'ann' }),
    };
    sql = await rawSql(chat.stores);
  });
  afterAll(() => sql[Symbol.asyncDispose]());

  interface Done {
    readonly errors: readonly { readonly code: string; readonly message: string; readonly field: readonly string[] | null }[];
  }

  function doing(mutation: string, input: Input, as: Person | undefined) {
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
    const source = `mutation ($input: ${type}!) { done: ${mutation}(input: $input) { errors { code message field } } }`;
    const document: TypedDocumentNode<{ readonly done: Done }, { readonly input: Input }> = parse(source);
    return chat.post(document, { input }, as);
  }

  const tables = [
    ...[
      'Stream',
      'Entry',
      'Message',
      'MessageEdit',
      'Mention',
      'Reply',
      'ThreadPart',
      'Reaction',
      'PollVote',
      'Pin',
      'AttachedMessage',
      'HiddenMessage',
      'User',
      'Session',
    ],
    ...[
      'Contact',
      'ContactRequest',
      'Conversation',
      'Membership',
      'JoinRequest',
      'GroupInvite',
      'HandleHold',
      'Identity',
      'DataExport',
      'Job',
      'Notice',
      'NoticeRecipient',
      'ScheduledMessage',
      'Draft',
      'SavedMessage',
      'Presence',
    ],
    ...['PushDevice', 'QuietHours'],
  ];

  /** A sum that every write changes: the numbers of rows, and all positions. */
  function stored(): Promise<number> {
    const rows = tables.map((table) => `(SELECT COUNT(*) FROM ${table})`).join(' + ');
    const places =
      '(SELECT SUM(lastSeq) FROM Stream) + (SELECT SUM(readSeq + deliveredSeq + clearedSeq + COALESCE(markedUnreadFromSeq, 0)) FROM Membership)';
    return sql.number(`SELECT ${rows} + ${places}`);
  }

  test('is tried for every field of every mutation', () => {
    const fields = Object.values(schema.getMutationType()?.getFields() ?? {}).map(({ name, args }) => {
      const type = schema.getType(
        args
          .find((arg) => arg.name === 'input')
          ?.type.toString()
          .replace('!', '') ?? '',
      );
      return [name, isInputObjectType(type) ? Object.keys(type.getFields()).toSorted() : []];
    });
    expect(Object.entries(acts).map(([name, { kinds }]) => [name, Object.keys(kinds).toSorted()])).toEqual(expect.arrayContaining(fields));
    expect(Object.keys(acts).length).toBe(fields.length);
  });

  const cases = Object.entries(acts).flatMap(([mutation, { kinds }]) =>
    Object.entries(kinds).map(([field, kind]) => [mutation, field, kind] as const),
  );

  test.each(cases)('for %s, %s: is refused with a typed error that names it, and nothing is stored', async (mutation, field, kind) => {
    const act = acts[mutation];
    if (act === undefined) return expect.fail();
    const signedOut = ['signIn', 'signInWithToken', 'signUp', 'refreshToken'].includes(mutation);
    for (const [what, value] of badFor(scene, kind)) {
      const before = await stored();
      const input = { ...act.valid(scene), [field]: value };
      const { data, errors } = await doing(mutation, input, signedOut ? undefined : scene.ann);
      const words = `${field} that is ${what}: ${JSON.stringify({ data, errors })}`.slice(0, 500);
      if (errors === undefined) {
        const [refusal, ...more] = data?.done.errors ?? [];
        expect(more.length, words).toBeLessThan(100);
        expect(refusal?.code, words).toMatch(/^(INVALID_INPUT|NOT_FOUND|FORBIDDEN|INVALID_CREDENTIALS)$/);
        // The error never says which of the credentials is wrong.
        if (refusal?.code !== 'INVALID_CREDENTIALS') expect(refusal?.field?.slice(0, 2), words).toEqual(['input', field]);
      } else {
        expect(
          errors.map(({ extensions }) => extensions?.['code']),
          words,
        ).toEqual(['BAD_USER_INPUT']);
        expect(JSON.stringify(errors), words).toContain(field);
      }
      expect(await stored(), words).toBe(before);
    }
  });
});
