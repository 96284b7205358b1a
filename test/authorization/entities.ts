import { formatId, parseId } from '../../schema/ids.ts';
import type { Person, World } from '../support/world.ts';
import { askToJoin, askToKnow, contactOfTarget, makeInvite, sessionOfTarget } from './mutations.ts';
import { emoji, type Scene, type Standing } from './scene.ts';

/** An object with an id, and the standings that see it. */
export interface Entity {
  /** The type, and a description that distinguishes it from others of the type. */
  readonly type: string;
  readonly name: string;
  readonly id: (world: World, scene: Scene) => string | Promise<string>;
  readonly seenBy: readonly Standing[];
  /** A user besides who sees it, and whose private acts nobody else may see in it. Absent: the target. Null: nobody. */
  readonly insider?: null | ((scene: Scene) => Person);
  /** The OWN fields in which standings see the same as the insider, and these standings. */
  readonly alike?: Readonly<Record<string, readonly Standing[]>>;
  /** The standings that see nothing in VEILED fields, because one of the two users has blocked the other. */
  readonly veiledFrom?: readonly Standing[];
}

const signedIn: readonly Standing[] = ['stranger', 'former', 'banned', 'member', 'blocked', 'admin', 'owner'];
const inGroup: readonly Standing[] = ['member', 'blocked', 'admin', 'owner'];
const runners: readonly Standing[] = ['admin', 'owner'];

function key<T>(id: string): T {
  const parsed = parseId(id);
  if (parsed === null) throw new Error(`${id} is an id`);
  return parsed.key as T;
}

/** At least one object of each type. */
export const entities: readonly Entity[] = [
  {
    type: 'User',
    name: 'with a contact',
    id: (_, { target }) => target.id,
    seenBy: signedIn,
    insider: ({ friend }) => friend,
    alike: { viewerContactRequest: signedIn, viewerHasBlocked: signedIn },
  },
  {
    type: 'User',
    name: 'with a contact request',
    id: async (world, scene) => {
      await askToKnow(world, scene);
      return scene.target.id;
    },
    seenBy: signedIn,
    insider: ({ outsider }) => outsider,
    alike: {
      viewerContact: signedIn,
      viewerHasBlocked: signedIn,
      viewerDirectConversation: ['stranger', 'former', 'banned', 'member', 'blocked', 'admin'],
      viewerPresence: ['stranger', 'former', 'banned'],
    },
  },
  {
    type: 'User',
    name: 'who is blocked',
    id: (_, { actors: { blocked } }) => blocked.id,
    seenBy: signedIn,
    insider: ({ actors: { owner } }) => owner,
    alike: {
      ...{ viewerContact: signedIn, viewerContactRequest: signedIn },
      ...{ viewerDirectConversation: ['owner'], viewerHasBlocked: ['owner'], viewerPresence: ['owner'] },
    },
  },
  { type: 'Presence', name: 'of the target', id: (_, { target }) => formatId('Presence', key(target.id)), seenBy: inGroup },
  {
    type: 'Presence',
    name: 'of who has blocked a member',
    id: (_, { actors: { owner } }) => formatId('Presence', key(owner.id)),
    seenBy: inGroup,
    veiledFrom: ['blocked'],
  },
  { type: 'Session', name: 'of the target', id: sessionOfTarget, seenBy: [] },
  {
    type: 'Contact',
    name: 'of the target',
    id: (_, scene) => contactOfTarget(scene),
    seenBy: [],
  },
  { type: 'ContactRequest', name: 'to the target', id: askToKnow, seenBy: [] },
  {
    type: 'Group',
    name: '',
    id: (_, { group }) => group,
    seenBy: inGroup,
    // `blocked` came later than the others, and sees less of the log.
    alike: { events: ['member', 'admin', 'owner'], viewerMay: ['member', 'blocked'] },
  },
  {
    type: 'DirectConversation',
    name: 'of owner and target',
    id: (_, { direct }) => direct,
    seenBy: ['owner'],
    alike: { events: ['owner'] },
  },
  {
    type: 'Membership',
    name: 'of the target in the group',
    id: (_, { group, target }) => formatId('Membership', { conversationId: key<bigint>(group), userId: key<bigint>(target.id) }),
    seenBy: inGroup,
    alike: { viewerMay: ['member', 'blocked'] },
  },
  {
    type: 'Membership',
    name: 'of who was banned',
    id: (_, { group, actors: { banned } }) =>
      formatId('Membership', { conversationId: key<bigint>(group), userId: key<bigint>(banned.id) }),
    seenBy: [],
    insider: null,
  },
  {
    type: 'Message',
    name: 'in the group',
    id: (_, { message }) => message,
    seenBy: inGroup,
    // A message that its viewer has hidden is seen only where another quotes it.
    alike: { receipts: inGroup, viewerHidden: inGroup },
  },
  {
    type: 'Message',
    name: 'between owner and target',
    id: (_, { directMessage }) => directMessage,
    seenBy: ['owner'],
    // Neither of the two has anything to read in the thread: the owner has written all of it, and the target nothing.
    alike: { viewerHidden: ['owner'], viewerThreadUnreadCount: ['owner'] },
  },
  {
    type: 'Reaction',
    name: 'in the group',
    id: (_, { message }) => formatId('Reaction', { ...key<{ conversationId: bigint; seq: number }>(message), emoji }),
    seenBy: inGroup,
    alike: { users: inGroup },
  },
  { type: 'PollOption', name: 'in the group', id: (_, { option }) => option, seenBy: inGroup, alike: { voters: inGroup } },
  { type: 'JoinRequest', name: 'of the outsider', id: askToJoin, seenBy: runners, insider: ({ outsider }) => outsider },
  { type: 'GroupInvite', name: '', id: (world, scene) => makeInvite(world, scene, 'id'), seenBy: runners, insider: null },
  { type: 'DataExport', name: 'of the target', id: (_, { dataExport }) => dataExport, seenBy: [] },
  { type: 'ScheduledMessage', name: 'of the target', id: (_, { scheduled }) => scheduled, seenBy: [] },
  {
    type: 'Draft',
    name: 'of the target',
    id: (_, { target, drafted }) =>
      formatId('Draft', { userId: key<bigint>(target.id), conversationId: key<bigint>(drafted), threadRootSeq: 0 }),
    seenBy: [],
  },
  { type: 'Notice', name: 'to the target', id: (_, { notice }) => notice, seenBy: [] },
];

/** How a field is shown to those who see the object. */
export type Showing = 'SAME' | 'OWN' | 'RUNNERS' | 'VEILED';

const same = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 'SAME' as const]));
const own = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 'OWN' as const]));
const veiled = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 'VEILED' as const]));
const forRunners = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 'RUNNERS' as const]));

const conversation = {
  ...same('id', 'lastSeq', 'createdAt', 'lastActivityAt', 'deliveredToAllSeq', 'readByAllSeq', 'memberCount'),
  ...own('viewerLastMessage', 'messages', 'timeline', 'events', 'members', 'pins', 'files', 'viewerMembership', 'viewerReadSeq'),
  ...own('viewerMarkedUnreadFromSeq', 'viewerClearedSeq', 'viewerUnreadCount', 'viewerMentionCount', 'viewerMentions', 'viewerDraft'),
};

/**
 * Every field of every type with an id, and who sees it.
 * SAME: everybody who sees the object sees the field, with the same value.
 * OWN: the value is each viewer’s own. It differs from what the insider sees, unless `alike` says so.
 * RUNNERS: null or empty, except for the owner and admins.
 * VEILED: the same for all, except that after a block it looks like that of a user who is offline.
 * A field that is missing here fails a test.
 */
export const fields: Readonly<Record<string, Readonly<Record<string, Showing>>>> = {
  User: {
    ...same('id', 'handle', 'displayName', 'avatarUrl', 'bio', 'data', 'createdAt', 'isBot', 'erased'),
    ...own('viewerContact', 'viewerContactRequest', 'viewerDirectConversation', 'viewerHasBlocked', 'viewerPresence'),
  },
  Presence: { ...same('id', 'user'), ...veiled('status', 'statusText', 'devices', 'lastSeenAt') },
  Session: own('id', 'deviceName', 'deviceKind', 'createdAt', 'lastSeenAt', 'viewerIsCurrent'),
  Contact: own('id', 'user', 'alias', 'since'),
  ContactRequest: own('id', 'from', 'to', 'note', 'message', 'createdAt'),
  DataExport: own('id', 'state', 'createdAt', 'readyAt', 'expiresAt', 'bytes', 'url'),
  ScheduledMessage: {
    ...own('id', 'clientMessageId', 'sendAt', 'createdAt', 'conversationId', 'conversation', 'text', 'attachments', 'data'),
    ...own('poll', 'replyTo', 'threadRoot', 'mentions', 'mentionsEveryone', 'refusal'),
  },
  Draft: own('id', 'conversationId', 'conversation', 'threadRootId', 'threadRoot', 'text', 'replyTo', 'data', 'writtenAt', 'savedAt'),
  Notice: same('id', 'title', 'body', 'postedAt'),
  DirectConversation: { ...conversation, ...own('viewerPeer') },
  Group: {
    ...conversation,
    ...same(
      'name',
      'description',
      'announcement',
      'avatarUrl',
      'data',
      'owner',
      'joinPolicy',
      'listed',
      'historyForNewcomers',
      'postPolicy',
    ),
    ...same('invitePolicy', 'pinPolicy', 'mentionPolicy', 'slowModeSeconds', 'mutedUntil', 'historyDays'),
    ...own('viewerMay'),
    ...forRunners('viewerJoinRequests', 'viewerInvites', 'viewerBans'),
  },
  Membership: {
    ...same('id', 'user', 'conversation', 'role', 'joinedAt', 'nickname', 'mutedUntil', 'deliveredSeq', 'readSeq'),
    ...own('viewerNotificationLevel', 'viewerSilentUntil', 'viewerPinned', 'viewerArchived', 'viewerMay'),
  },
  JoinRequest: same('id', 'preview', 'user', 'note', 'createdAt'),
  GroupInvite: same('id', 'group', 'code', 'createdBy', 'expiresAt', 'usesLeft'),
  Message: {
    ...same('id', 'conversation', 'seq', 'sender', 'text', 'mentions', 'mentionsEveryone', 'replyTo', 'threadRoot', 'replyCount'),
    ...same(
      'reactions',
      'pinnedAt',
      'sentAt',
      'editedAt',
      'recalledAt',
      'clientMessageId',
      'delivery',
      'forwardedFrom',
      'attachments',
      'data',
      'poll',
      'threadParticipants',
    ),
    ...own('replies', 'receipts', 'viewerReactions', 'viewerThreadUnreadCount', 'viewerHidden', 'viewerHasSaved', 'viewerThreadDraft'),
    ...forRunners('viewerEdits'),
  },
  PollOption: { ...same('id', 'text', 'voteCount'), ...own('viewerHasVoted', 'voters') },
  Reaction: { ...same('id', 'emoji', 'count'), ...own('users') },
};
