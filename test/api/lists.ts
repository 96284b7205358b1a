import { formatId } from '../../schema/ids.ts';
import { uuidText } from '../../src/uuid.ts';
import { type LargeWorld, namedId } from '../support/large-tables.ts';
import { everythingOf } from './everything.ts';

/** A document that reads one list or several, with its variables. */
export interface Listing {
  readonly what: string;
  readonly source: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** True if the next page is read too, from the end cursor. */
  readonly goesOn?: boolean;
}

const size = { depth: 2, size: 3 } as const;
const first = 20;

/** A list of the viewer. */
function ofViewer(field: string, connection: string, { types = '', call = '', ...rest }: Readonly<Record<string, unknown>> = {}): Listing {
  const source = `query($first: Int, $after: String${types}) { Query_viewer: viewer {
    Viewer_${field}: ${field}(${call}first: $first, after: $after) ${everythingOf(connection, size)} } }`;
  return { what: `${field} of the viewer`, source, variables: { first, ...rest }, goesOn: true };
}

/** A list of a conversation that is read forwards. */
function ofConversation(field: string, connection: string, { types = '', call = '', ...rest }: Readonly<Record<string, unknown>>): Listing {
  const source = `query($id: ID!, $first: Int, $after: String${types}) { Query_conversation: conversation(id: $id) {
    Conversation_${field}: ${field}(${call}first: $first, after: $after) ${everythingOf(connection, size)} } }`;
  return { what: `${field} of a conversation`, source, variables: { first, ...rest }, goesOn: true };
}

/** A list of a node. */
function ofNode(type: string, field: string, connection: string, id: string): Listing {
  const source = `query($id: ID!, $first: Int, $after: String) { Query_node: node(id: $id) { ... on ${type} {
    ${type}_${field}: ${field}(first: $first, after: $after) ${everythingOf(connection, size)} } } }`;
  return { what: `${field} of a ${type}`, source, variables: { first, id }, goesOn: true };
}

/** A page of a history, with each combination of arguments. */
function ofHistory(
  field: string,
  connection: string,
  { id, seq, conversationId }: { id: string; seq: number; conversationId: bigint },
): readonly Listing[] {
  const source = `query($id: ID!, $first: Int, $after: String, $last: Int, $before: String, $around: Int, $aroundId: ID, $aroundDate: DateTime) {
    Query_conversation: conversation(id: $id) { Conversation_${field}: ${field}(first: $first, after: $after, last: $last, before: $before,
      around: $around, aroundId: $aroundId, aroundDate: $aroundDate) ${everythingOf(connection, size)} } }`;
  const cursor = Buffer.from(`seq@${seq}`).toString('base64url');
  const ways: readonly Readonly<Record<string, unknown>>[] = [
    ...[{ last: first }, { first }, { first, after: cursor }, { last: first, before: cursor }, { last: first, after: cursor }],
    ...[
      { first: 10, last: 10, around: seq },
      { first: 10, last: 10, aroundId: formatId('Message', { conversationId, seq }) },
    ],
    ...[
      { first: 10, last: 10, aroundDate: new Date(Date.UTC(2026, 0, 1) + seq * 1_000).toISOString() },
      { first: 10, aroundDate: '2999-01-01T00:00:00Z' },
    ],
  ];
  return ways.map((way) => ({ what: `${field} of a conversation, ${Object.keys(way).join(' and ')}`, source, variables: { id, ...way } }));
}

/** Documents that read every list of the API, with every argument, in a large world. */
export function listings(world: LargeWorld, viewerId: bigint): readonly Listing[] {
  const groups = [
    { conversationId: BigInt(world.bigGroup), seq: world.bigSeq - 15_002, root: world.bigRoot },
    { conversationId: BigInt(world.fairGroup), seq: world.fairSeq - 6_002, root: world.fairRoot },
  ].map((group) => ({ ...group, id: formatId('Conversation', group.conversationId) }));
  return [...ofPeople(world), ...groups.flatMap(ofGroup), ...ofNodes(world, viewerId)];
}

/** Up to 500 users of all kinds: contacts, members of the same groups, strangers, and users whom the viewer excludes or blocks. */
export function peopleOf({ other }: LargeWorld, count: number): readonly bigint[] {
  // Coprime with the number of users, with large steps.
  return Array.from({ length: count }, (_, place) => BigInt(other + ((place * 7_919) % 20_000)));
}

function ofPeople(world: LargeWorld): readonly Listing[] {
  const everything = everythingOf('Viewer', { depth: 1, size: 3 });
  return [
    { what: 'all of the viewer', source: `{ Query_viewer: viewer ${everything} }`, variables: {} },
    ...[undefined, false].map((marked) =>
      ofViewer('conversations', 'ConversationConnection', {
        ...{ types: ', $pinned: Boolean, $archived: Boolean', call: 'pinned: $pinned, archived: $archived, ' },
        ...{ pinned: marked, archived: marked },
      }),
    ),
    ...[
      { unread: true },
      { unread: false, mentioned: false },
      { mentioned: true },
      { search: 'anna' },
      { search: 'gr', mentioned: true },
    ].map((asked) =>
      ofViewer('conversations', 'ConversationConnection', {
        types: ', $unread: Boolean, $mentioned: Boolean, $search: String',
        call: 'unread: $unread, mentioned: $mentioned, search: $search, ',
        ...asked,
      }),
    ),
    ofViewer('contacts', 'ContactConnection'),
    ofViewer('blocks', 'UserConnection'),
    ofViewer('notices', 'NoticeConnection'),
    ofViewer('scheduledMessages', 'ScheduledMessageConnection'),
    ofViewer('scheduledMessages', 'ScheduledMessageConnection', {
      ...{ types: ', $conversationId: ID!', call: 'conversationId: $conversationId, ' },
      conversationId: formatId('Conversation', BigInt(world.bigGroup)),
    }),
    ofViewer('drafts', 'DraftConnection'),
    ofViewer('savedMessages', 'SavedMessageConnection'),
    ...[world.bigGroup, world.fairGroup].map((group) =>
      ofViewer('savedMessages', 'SavedMessageConnection', {
        ...{ types: ', $conversationId: ID!', call: 'conversationId: $conversationId, ' },
        conversationId: formatId('Conversation', BigInt(group)),
      }),
    ),
    ...[undefined, true, false].map((unread) =>
      ofViewer('threads', 'ThreadConnection', { types: ', $unread: Boolean', call: 'unread: $unread, ', unread }),
    ),
    ofViewer('threads', 'ThreadConnection', {
      ...{ types: ', $conversationId: ID!', call: 'conversationId: $conversationId, ' },
      conversationId: formatId('Conversation', BigInt(world.fairGroup)),
    }),
    ofViewer('joinRequests', 'JoinRequestConnection'),
    ...[{ id: formatId('Conversation', BigInt(world.bigGroup)) }, { code: world.code }].map((variables) => ({
      what: `a look at a group by its ${Object.keys(variables).join()}`,
      source: `query($id: ID, $code: String) { Query_groupPreview: groupPreview(id: $id, code: $code) ${everythingOf('GroupPreview', size)} }`,
      variables,
    })),
    ...['INCOMING', 'OUTGOING'].map((direction) =>
      ofViewer('contactRequests', 'ContactRequestConnection', {
        types: ', $direction: RequestDirection!',
        call: 'direction: $direction, ',
        direction,
      }),
    ),
    ...[0, 2_000].map((afterSeq) =>
      ofViewer('events', 'AccountEventConnection', { types: ', $afterSeq: Int!', call: 'afterSeq: $afterSeq, ', afterSeq }),
    ),
    ...['anna', 'an 77', 'anna1999'].map((search) => ({
      ...{ what: `users by ${search}`, variables: { first, search }, goesOn: search !== 'anna1999' },
      source: `query($search: String!, $first: Int, $after: String) {
        Query_users: users(search: $search, first: $first, after: $after) ${everythingOf('UserConnection', size)} }`,
    })),
    ...[undefined, 'chess', 'ch 77', '1999'].map((search) => ({
      ...{ what: `groups by ${search}`, variables: { first, search }, goesOn: true },
      source: `query($search: String, $first: Int, $after: String) {
        Query_groups: groups(search: $search, first: $first, after: $after) ${everythingOf('GroupPreviewConnection', size)} }`,
    })),
    ...ofSearch(world),
    {
      what: 'how people are seen',
      source: `query($userIds: [ID!]!) { Query_presence: presence(userIds: $userIds) ${everythingOf('Presence', size)} }`,
      variables: { userIds: peopleOf(world, 100).map((id) => formatId('User', id)) },
    },
    ...ofHistory('messages', 'MessageConnection', {
      id: formatId('Conversation', BigInt(world.direct)),
      seq: 2,
      conversationId: BigInt(world.direct),
    }),
  ];
}

/**
 * Searches for a text that every message has, which fill a page at once, and for one that no message has, which read as far as they may.
 */
function ofSearch({ bigGroup, fairGroup, other, direct }: LargeWorld): readonly Listing[] {
  const [inBig, inFair, inDirect] = [bigGroup, fairGroup, direct].map((id) => formatId('Conversation', BigInt(id)));
  const bySomebody = { senderId: formatId('User', BigInt(other)) };
  const asked: readonly Readonly<Record<string, string | boolean | undefined>>[] = [
    ...[
      { search: 'somebody says' },
      { search: 'nobody' },
      { search: 'somebody', conversationId: inBig },
      { search: 'nobody', conversationId: inBig },
      { search: 'somebody', conversationId: inBig, hasAttachments: false },
      { search: 'somebody', hasAttachments: true },
      { search: 'somebody', sentBefore: '2026-01-01T01:00:00Z' },
      { search: 'somebody', sentFrom: '2026-01-01T03:00:00Z', sentBefore: '2026-01-01T03:10:00Z', conversationId: inBig },
    ],
    ...[bySomebody, { ...bySomebody, conversationId: inFair }, { ...bySomebody, conversationId: inDirect }].map((where) => ({
      search: 'nobody',
      ...where,
    })),
  ];
  return asked.map(({ search, ...where }) => ({
    ...{ what: `messages by ${search}, ${Object.keys(where).join(' and ')}`, variables: { first, search, ...where }, goesOn: true },
    source: `query($search: String!, $conversationId: ID, $senderId: ID, $hasAttachments: Boolean, $sentFrom: DateTime, $sentBefore: DateTime, $first: Int, $after: String) {
      Query_messages: messages(search: $search, conversationId: $conversationId, senderId: $senderId, hasAttachments: $hasAttachments,
        sentFrom: $sentFrom, sentBefore: $sentBefore, first: $first, after: $after)
      ${everythingOf('MessageSearchConnection', size)} }`,
  }));
}

function ofGroup(group: { id: string; conversationId: bigint; seq: number; root: number }): readonly Listing[] {
  const { id, conversationId, seq } = group;
  const root = { conversationId, seq: group.root };
  return [
    ofConversation('members', 'MembershipConnection', { id }),
    ...[
      { roles: ['OWNER', 'ADMIN'] },
      { roles: ['MEMBER'] },
      { search: 'anna' },
      { search: 'anna19' },
      { search: 'an 77', roles: ['ADMIN', 'MEMBER'] },
    ].map((asked) =>
      ofConversation('members', 'MembershipConnection', {
        ...{ id, types: ', $search: String, $roles: [Role!]', call: 'search: $search, roles: $roles, ' },
        ...asked,
      }),
    ),
    ofConversation('pins', 'MessageConnection', { id }),
    ...[undefined, ['IMAGE'], ['FILE', 'AUDIO']].map((kinds) =>
      ofConversation('files', 'ConversationFileConnection', {
        ...{ id, types: ', $kinds: [AttachmentKind!]', call: 'kinds: $kinds, ', kinds },
      }),
    ),
    ...[undefined, true, false].map((unread) =>
      ofConversation('viewerMentions', 'MessageConnection', { id, types: ', $unread: Boolean', call: 'unread: $unread, ', unread }),
    ),
    ofNode('Group', 'viewerBans', 'UserConnection', id),
    ...[0, seq].map((afterSeq) =>
      ofConversation('events', 'ConversationEventConnection', {
        id,
        types: ', $afterSeq: Int!',
        call: 'afterSeq: $afterSeq, ',
        afterSeq,
      }),
    ),
    ...ofHistory('messages', 'MessageConnection', group),
    ...ofHistory('timeline', 'ConversationEventConnection', group),
    ofNode('Group', 'viewerJoinRequests', 'JoinRequestConnection', id),
    ofNode('Message', 'replies', 'MessageConnection', formatId('Message', root)),
    ofNode('Message', 'receipts', 'MembershipConnection', formatId('Message', root)),
    ofNode('Message', 'viewerEdits', 'MessageEditConnection', formatId('Message', root)),
    ofNode('Reaction', 'users', 'UserConnection', formatId('Reaction', { ...root, emoji: '👍' })),
    ofNode('PollOption', 'voters', 'UserConnection', formatId('PollOption', { ...root, choice: 1 })),
  ];
}

function ofNodes(
  { bigGroup, fairRoot, fairGroup, other, direct, smallGroup, contact, asker, asked, askedGroup, wisher, invite }: LargeWorld,
  viewerId: bigint,
): readonly Listing[] {
  const root = { conversationId: BigInt(fairGroup), seq: fairRoot };
  const [otherId, groupId] = [BigInt(other), BigInt(smallGroup)];
  const ids = [
    ...[formatId('User', otherId), formatId('User', BigInt(asker)), formatId('Contact', { userId: viewerId, otherId: BigInt(contact) })],
    ...[
      formatId('ContactRequest', { fromId: BigInt(asker), toId: viewerId }),
      formatId('ContactRequest', { fromId: viewerId, toId: BigInt(asked) }),
    ],
    ...[
      formatId('JoinRequest', { conversationId: BigInt(askedGroup), userId: viewerId }),
      formatId('JoinRequest', { conversationId: BigInt(bigGroup), userId: BigInt(wisher) }),
      formatId('Notice', uuidText(namedId('some1'))),
      formatId('ScheduledMessage', uuidText(namedId('later1'))),
      formatId('Draft', { userId: viewerId, conversationId: BigInt(fairGroup), threadRootSeq: fairRoot }),
      formatId('GroupInvite', invite.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')),
    ],
    ...[formatId('Conversation', BigInt(direct)), formatId('Conversation', groupId), formatId('Conversation', BigInt(bigGroup))],
    ...[
      formatId('Membership', { conversationId: groupId, userId: viewerId }),
      formatId('Message', root),
      formatId('Reaction', { ...root, emoji: '🎉' }),
      formatId('PollOption', { ...root, choice: 2 }),
    ],
  ];
  const node = everythingOf('Node', size);
  return [
    { what: 'things by their ids', source: `query($ids: [ID!]!) { Query_nodes: nodes(ids: $ids) ${node} }`, variables: { ids } },
    {
      what: 'a thing by its id',
      source: `query($id: ID!) { Query_node: node(id: $id) ${node} }`,
      variables: { id: formatId('Message', root) },
    },
    {
      ...{ what: 'a conversation', variables: { id: formatId('Conversation', groupId) } },
      source: `query($id: ID!) { Query_conversation: conversation(id: $id) ${everythingOf('Conversation', size)} }`,
    },
    {
      ...{ what: 'a user by their handle', variables: { handle: 'anna7' } },
      source: `query($handle: String!) { Query_user: user(handle: $handle) ${everythingOf('User', size)} }`,
    },
  ];
}
