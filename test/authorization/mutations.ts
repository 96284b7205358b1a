import { createECDH, randomUUID } from 'node:crypto';
import { formatId, parseId } from '../../schema/ids.ts';
import { type GroupAction, type Permission, permissions } from '../../src/group/permission.ts';
import { backendTokenOf } from '../support/issuer.ts';
import { password, type World } from '../support/world.ts';
import { act, run, type Scene, type Standing } from './scene.ts';

/** DONE, or the code of the refusal. */
export type Outcome = 'DONE' | 'UNAUTHENTICATED' | string;

/** One way to use a mutation, and its outcome for each standing. */
export interface Case {
  /** `made` is what `given` returned. */
  readonly input: (scene: Scene, made: string, standing: Standing) => object;
  readonly outcomes: Readonly<Record<Standing, Outcome>>;
  /** Makes what must exist before. Runs on a fresh scene. */
  readonly given?: (world: World, scene: Scene) => Promise<string>;
}

const writtenAt = '2026-01-01T00:00:00.000Z';

function writing(conversationId: string): object {
  return { conversationId, text: 'So far.', writtenAt: new Date().toISOString() };
}

const until = '2999-01-01T00:00:00.000Z';

/** The default policies of a group. */
const policies = { postPolicy: 'EVERYONE', invitePolicy: 'ADMINS', pinPolicy: 'ADMINS', mentionPolicy: 'ADMINS' } as const;

const outside = { nobody: 'UNAUTHENTICATED', stranger: 'NOT_FOUND', former: 'NOT_FOUND', banned: 'NOT_FOUND' } as const;
const anybody = {
  stranger: 'DONE',
  former: 'DONE',
  banned: 'DONE',
  member: 'DONE',
  blocked: 'DONE',
  admin: 'DONE',
  owner: 'DONE',
} as const;
const signedIn = { nobody: 'UNAUTHENTICATED', ...anybody } as const;

/** The outcomes that the table of permissions gives for an action on a member, or on the group. */
function byTable(action: GroupAction): Case['outcomes'] {
  const { policy, by, to }: Permission = permissions[action];
  const roles = by[policy === null ? 'EVERYONE' : policies[policy]];
  const of = (role: 'OWNER' | 'ADMIN' | 'MEMBER') => {
    const answer = roles[role] === 'ALLOWED' ? (to?.[role].MEMBER ?? 'ALLOWED') : roles[role];
    return answer === 'ALLOWED' ? 'DONE' : answer;
  };
  return { ...outside, member: of('MEMBER'), blocked: of('MEMBER'), admin: of('ADMIN'), owner: of('OWNER') };
}

/** The outcomes of what every member may do. */
const members: Case['outcomes'] = { ...outside, member: 'DONE', blocked: 'DONE', admin: 'DONE', owner: 'DONE' };

/** The same refusal for all who are signed in. */
function refused(code: string): Case['outcomes'] {
  const each = Object.fromEntries(Object.keys(anybody).map((standing) => [standing, code])) as Record<keyof typeof anybody, string>;
  return { nobody: 'UNAUTHENTICATED', ...each };
}

/** The outcomes in the direct conversation of the owner and the target, which nobody else sees. */
const ownersDirect: Case['outcomes'] = { ...refused('NOT_FOUND'), owner: 'DONE' };

const groupOnly: Case['input'] = ({ group: groupId }) => ({ groupId });
const onTarget: Case['input'] = ({ group: groupId, target }) => ({ groupId, userId: target.id });
const onMessage: Case['input'] = ({ message: messageId }) => ({ messageId });
const marking: Case['input'] = ({ group: conversationId }) => ({ conversationId, seq: 1 });

function say(conversationId: string) {
  return { conversationId, clientMessageId: randomUUID(), text: 'said' };
}

function later(conversationId: string) {
  return { ...say(conversationId), sendAt: new Date(Date.now() + 86_400_000).toISOString() };
}

/** Makes an invite and returns its id or its code. */
export async function makeInvite(world: World, { group: groupId, actors: { owner } }: Scene, select: 'id' | 'code'): Promise<string> {
  const made = await act(world, owner, 'createInvite', { groupId }, `{ invite { ${select} } errors { code } }`);
  return (made as { invite: Record<'id' | 'code', string> }).invite[select];
}

async function openUp(world: World, { group: groupId, actors: { owner } }: Scene, joinPolicy: 'OPEN' | 'APPROVAL'): Promise<string> {
  await act(world, owner, 'updateGroup', { groupId, joinPolicy });
  return '';
}

/** Makes the outsider request to join, and returns the id of the request. */
export async function askToJoin(world: World, scene: Scene): Promise<string> {
  await openUp(world, scene, 'APPROVAL');
  const asked = await act(world, scene.outsider, 'joinGroup', { groupId: scene.group }, '{ joinRequest { id } errors { code } }');
  return (asked as { joinRequest: { id: string } }).joinRequest.id;
}

/** Makes the outsider send the target a contact request, and returns its id. */
export async function askToKnow(world: World, { outsider, target }: Scene): Promise<string> {
  const select = '{ contactRequestEdge { node { id } } errors { code } }';
  const asked = await act(world, outsider, 'requestContact', { userId: target.id }, select);
  return (asked as { contactRequestEdge: { node: { id: string } } }).contactRequestEdge.node.id;
}

/** The id of the target’s contact. */
export function contactOfTarget({ target, friend }: Scene): string {
  const [one, other] = [parseId(target.id), parseId(friend.id)];
  if (one?.type !== 'User' || other?.type !== 'User') throw new Error('these are people');
  return formatId('Contact', { userId: one.key, otherId: other.key });
}

/** Every mutation, and each way to use it whose outcome depends on the viewer. One that is missing here fails a test. */
export const mutations: Readonly<Record<string, Readonly<Record<string, Case>>>> = {
  // The viewer
  signUp: {
    '': {
      input: () => ({ handle: `new.${randomUUID().slice(0, 8)}`, password }),
      outcomes: { ...anybody, nobody: 'DONE' },
    },
  },
  signIn: { '': { input: ({ target: { handle } }) => ({ handle, password }), outcomes: { ...anybody, nobody: 'DONE' } } },
  signInWithToken: {
    'of somebody who has an account elsewhere': {
      input: (_, token) => ({ token }),
      given: () => backendTokenOf({ sub: randomUUID() }),
      outcomes: { ...anybody, nobody: 'DONE' },
    },
    'of nobody': {
      input: () => ({ token: 'none' }),
      outcomes: { ...refused('INVALID_CREDENTIALS'), nobody: 'INVALID_CREDENTIALS' },
    },
  },
  refreshToken: {
    'of nobody': {
      input: () => ({ refreshToken: 'none' }),
      outcomes: { ...refused('INVALID_CREDENTIALS'), nobody: 'INVALID_CREDENTIALS' },
    },
  },
  signOut: {
    'of somebody else’s device': {
      input: (_, sessionId) => ({ sessionId }),
      given: sessionOfTarget,
      outcomes: refused('NOT_FOUND'),
    },
  },
  signOutOthers: { '': { input: () => ({}), outcomes: signedIn } },
  registerWebPush: {
    '': {
      input: () => ({
        endpoint: `https://push.example.org/${randomUUID()}`,
        p256dh: createECDH('prime256v1').generateKeys('base64url'),
        auth: 'A'.repeat(22),
      }),
      outcomes: signedIn,
    },
  },
  registerPushDevice: { 'where there is no provider': { input: () => ({ platform: 'FCM', token: 'x' }), outcomes: refused('FORBIDDEN') } },
  unregisterPush: {
    'of somebody else’s device': {
      input: (_, sessionId) => ({ sessionId }),
      given: sessionOfTarget,
      outcomes: refused('NOT_FOUND'),
    },
  },
  setQuietHours: {
    '': { input: () => ({ quietHours: { start: '22:00', end: '07:00', timeZone: 'Asia/Tokyo' } }), outcomes: signedIn },
  },
  setSilentUntil: { '': { input: () => ({ silentUntil: '2999-01-01T00:00:00Z' }), outcomes: signedIn } },
  renameSession: {
    'of somebody else': {
      input: (_, sessionId) => ({ sessionId, deviceName: 'mine' }),
      given: sessionOfTarget,
      outcomes: refused('NOT_FOUND'),
    },
  },
  changePassword: {
    'by a wrong one': {
      input: () => ({ currentPassword: 'wrong password', newPassword: 'another password' }),
      outcomes: refused('INVALID_CREDENTIALS'),
    },
  },
  changeHandle: { 'to one that is taken': { input: ({ target: { handle } }) => ({ handle }), outcomes: refused('CONFLICT') } },
  deleteAccount: {
    'by a token of somebody else': {
      input: (_, token) => ({ token, messages: 'KEEP' }),
      given: () => backendTokenOf({ sub: randomUUID() }),
      outcomes: refused('INVALID_CREDENTIALS'),
    },
    'by a wrong password': { input: () => ({ password: 'wrong password', messages: 'KEEP' }), outcomes: refused('INVALID_CREDENTIALS') },
  },
  requestDataExport: { '': { input: () => ({}), outcomes: signedIn } },
  updateProfile: { '': { input: () => ({ bio: 'me' }), outcomes: signedIn } },
  updateSettings: { '': { input: () => ({ messagesFrom: 'EVERYONE', lastSeen: true }), outcomes: signedIn } },
  setPresence: { '': { input: () => ({ status: 'BUSY', statusText: 'in a meeting' }), outcomes: signedIn } },

  // Other users
  requestContact: { '': { input: ({ outsider }) => ({ userId: outsider.id }), outcomes: signedIn } },
  cancelContactRequest: {
    'of others': { input: (_, requestId) => ({ requestId }), given: askToKnow, outcomes: refused('NOT_FOUND') },
  },
  answerContactRequest: {
    'of others': { input: (_, requestId) => ({ requestId, accept: true }), given: askToKnow, outcomes: refused('NOT_FOUND') },
  },
  updateContact: {
    'of others': { input: (scene) => ({ contactId: contactOfTarget(scene), alias: 'mine' }), outcomes: refused('NOT_FOUND') },
  },
  removeContact: { 'who is none': { input: ({ outsider }) => ({ userId: outsider.id }), outcomes: refused('NOT_FOUND') } },
  blockUser: { '': { input: ({ outsider }) => ({ userId: outsider.id }), outcomes: signedIn } },
  unblockUser: { '': { input: ({ outsider }) => ({ userId: outsider.id }), outcomes: signedIn } },
  reportUser: {
    '': { input: ({ outsider }) => ({ userId: outsider.id, reason: 'SPAM' }), outcomes: signedIn },
    'of who has blocked them, or is blocked': {
      input: ({ actors: { owner, blocked } }, _, standing) => ({ userId: (standing === 'owner' ? blocked : owner).id, reason: 'SPAM' }),
      outcomes: signedIn,
    },
  },
  openDirectConversation: { '': { input: ({ target }) => ({ userId: target.id }), outcomes: signedIn } },

  // Groups
  createGroup: { '': { input: ({ target }) => ({ name: 'another', memberIds: [target.id] }), outcomes: signedIn } },
  updateGroup: { '': { input: ({ group: groupId }) => ({ groupId, name: 'renamed' }), outcomes: byTable('UPDATE_GROUP') } },
  addMembers: {
    '': { input: ({ group: groupId, outsider }) => ({ groupId, userIds: [outsider.id] }), outcomes: byTable('ADD_MEMBERS') },
  },
  joinGroup: {
    'of which nobody outside knows': { input: groupOnly, outcomes: members },
    'that is open': {
      input: groupOnly,
      given: (world, scene) => openUp(world, scene, 'OPEN'),
      outcomes: { ...members, stranger: 'DONE', former: 'DONE', banned: 'FORBIDDEN' },
    },
    'that answers who asks': {
      input: groupOnly,
      given: (world, scene) => openUp(world, scene, 'APPROVAL'),
      outcomes: { ...members, stranger: 'DONE', former: 'DONE', banned: 'FORBIDDEN' },
    },
    'by an invitation': {
      input: (_, code) => ({ code }),
      given: (world, scene) => makeInvite(world, scene, 'code'),
      outcomes: { ...members, stranger: 'DONE', former: 'DONE', banned: 'FORBIDDEN' },
    },
    'by an invitation that there is not': { input: () => ({ code: 'AAAAAAAAAAAAAAAAAAAAAA' }), outcomes: refused('NOT_FOUND') },
  },
  cancelJoinRequest: {
    // A member gets FORBIDDEN for the request of another user, whether it exists or not.
    'of others': {
      input: (_, requestId) => ({ requestId }),
      given: askToJoin,
      outcomes: { ...outside, member: 'FORBIDDEN', blocked: 'FORBIDDEN', admin: 'FORBIDDEN', owner: 'FORBIDDEN' },
    },
  },
  answerJoinRequest: {
    '': {
      input: (_, requestId) => ({ requestId, accept: true }),
      given: askToJoin,
      outcomes: byTable('ANSWER_JOIN_REQUESTS'),
    },
  },
  createInvite: { '': { input: groupOnly, outcomes: byTable('MANAGE_INVITES') } },
  revokeInvite: {
    '': {
      input: (_, inviteId) => ({ inviteId }),
      given: (world, scene) => makeInvite(world, scene, 'id'),
      outcomes: hiding(byTable('MANAGE_INVITES')),
    },
  },
  removeMember: {
    '': { input: onTarget, outcomes: byTable('REMOVE_MEMBERS') },
    'for good': { input: ({ group: groupId, target }) => ({ groupId, userId: target.id, ban: true }), outcomes: byTable('BAN_MEMBERS') },
    'who owns it': {
      input: ({ group: groupId, actors: { owner } }) => ({ groupId, userId: owner.id }),
      outcomes: { ...outside, member: 'FORBIDDEN', blocked: 'FORBIDDEN', admin: 'FORBIDDEN', owner: 'INVALID_INPUT' },
    },
  },
  unbanUser: {
    '': {
      input: ({ group: groupId, actors: { banned } }) => ({ groupId, userId: banned.id }),
      outcomes: { ...outside, member: 'FORBIDDEN', blocked: 'FORBIDDEN', admin: 'DONE', owner: 'DONE' },
    },
  },
  leaveGroup: { '': { input: groupOnly, outcomes: byTable('LEAVE_GROUP') } },
  setRole: {
    '': { input: ({ group: groupId, target }) => ({ groupId, userId: target.id, role: 'ADMIN' }), outcomes: byTable('SET_ROLES') },
  },
  transferOwnership: { '': { input: onTarget, outcomes: byTable('TRANSFER_OWNERSHIP') } },
  muteMember: {
    '': { input: ({ group: groupId, target }) => ({ groupId, userId: target.id, until }), outcomes: byTable('MUTE_MEMBERS') },
  },
  unmuteMember: { '': { input: onTarget, outcomes: byTable('MUTE_MEMBERS') } },
  dissolveGroup: { '': { input: groupOnly, outcomes: byTable('DISSOLVE_GROUP') } },
  updateMembership: {
    '': { input: ({ group: conversationId }) => ({ conversationId, nickname: 'Nick' }), outcomes: members },
  },

  // Messages
  sendMessage: {
    'to a group': { input: ({ group }) => say(group), outcomes: byTable('POST') },
    'to who has blocked them, or is blocked': {
      input: ({ cutOff }) => say(cutOff),
      outcomes: { ...refused('NOT_FOUND'), owner: 'BLOCKED', blocked: 'NOT_CONTACTS' },
    },
    'to two others': { input: ({ direct }) => say(direct), outcomes: ownersDirect },
    'to everyone in a group': {
      input: ({ group }) => ({ ...say(group), mentionsEveryone: true }),
      outcomes: byTable('MENTION_EVERYONE'),
    },
  },
  scheduleMessage: {
    'in a group': { input: ({ group }) => later(group), outcomes: byTable('POST') },
    'to who has blocked them, or is blocked': {
      input: ({ cutOff }) => later(cutOff),
      outcomes: { ...refused('NOT_FOUND'), owner: 'BLOCKED', blocked: 'NOT_CONTACTS' },
    },
    'to two others': { input: ({ direct }) => later(direct), outcomes: ownersDirect },
    'to everyone in a group': {
      input: ({ group }) => ({ ...later(group), mentionsEveryone: true }),
      outcomes: byTable('MENTION_EVERYONE'),
    },
  },
  changeScheduledMessage: {
    'of somebody else': {
      input: ({ scheduled: scheduledMessageId }) => ({ scheduledMessageId, text: 'Mine.' }),
      outcomes: refused('NOT_FOUND'),
    },
  },
  cancelScheduledMessage: {
    'of somebody else': { input: ({ scheduled: scheduledMessageId }) => ({ scheduledMessageId }), outcomes: refused('NOT_FOUND') },
  },
  sendScheduledMessage: {
    'of somebody else': { input: ({ scheduled: scheduledMessageId }) => ({ scheduledMessageId }), outcomes: refused('NOT_FOUND') },
  },
  forwardMessage: {
    'out of a group': {
      input: ({ message: messageId, group: conversationId }) => ({ messageId, conversationId, clientMessageId: randomUUID() }),
      outcomes: members,
    },
    'of two others': {
      input: ({ directMessage: messageId, group: conversationId }) => ({ messageId, conversationId, clientMessageId: randomUUID() }),
      outcomes: ownersDirect,
    },
  },
  reportMessage: {
    '': { input: ({ message: messageId }) => ({ messageId, reason: 'SPAM' }), outcomes: members },
    'of two others': {
      input: ({ directMessage: messageId }) => ({ messageId, reason: 'SPAM' }),
      outcomes: { ...ownersDirect, owner: 'INVALID_INPUT' },
    },
  },
  editMessage: {
    'of somebody else': {
      input: ({ message: messageId }) => ({ messageId, text: 'changed' }),
      outcomes: { ...outside, member: 'FORBIDDEN', blocked: 'FORBIDDEN', admin: 'FORBIDDEN', owner: 'FORBIDDEN' },
    },
  },
  recallMessage: { 'of somebody else': { input: onMessage, outcomes: byTable('RECALL_MESSAGES') } },
  addReaction: { '': { input: ({ message: messageId }) => ({ messageId, emoji: '👍' }), outcomes: members } },
  removeReaction: { '': { input: ({ message: messageId }) => ({ messageId, emoji: '👍' }), outcomes: members } },
  votePoll: { '': { input: ({ poll: messageId, option }) => ({ messageId, optionIds: [option] }), outcomes: members } },
  closePoll: { 'of somebody else': { input: ({ poll: messageId }) => ({ messageId }), outcomes: byTable('CLOSE_POLLS') } },
  pinMessage: { '': { input: onMessage, outcomes: byTable('PIN_MESSAGES') } },
  unpinMessage: { '': { input: onMessage, outcomes: byTable('PIN_MESSAGES') } },
  hideMessage: { '': { input: onMessage, outcomes: members } },
  saveMessage: {
    '': { input: onMessage, outcomes: members },
    'of two others': { input: ({ directMessage: messageId }) => ({ messageId }), outcomes: ownersDirect },
  },
  unsaveMessage: {
    '': { input: onMessage, outcomes: members },
    'of two others': { input: ({ directMessage: messageId }) => ({ messageId }), outcomes: ownersDirect },
  },
  saveDraft: {
    'in a group': { input: ({ group }) => writing(group), outcomes: members },
    'in a thread': { input: ({ group, message: threadRootId }) => ({ ...writing(group), threadRootId }), outcomes: members },
    // Whether it may be sent is decided when it is sent.
    'to who has blocked them, or is blocked': {
      input: ({ cutOff }) => writing(cutOff),
      outcomes: { ...refused('NOT_FOUND'), owner: 'DONE', blocked: 'DONE' },
    },
    'to two others': { input: ({ direct }) => writing(direct), outcomes: ownersDirect },
  },
  removeDraft: {
    'in a group': { input: ({ group: conversationId }) => ({ conversationId, writtenAt }), outcomes: members },
    'to two others': { input: ({ direct: conversationId }) => ({ conversationId, writtenAt }), outcomes: ownersDirect },
  },
  clearConversation: { '': { input: marking, outcomes: members } },
  markDelivered: { '': { input: marking, outcomes: members } },
  markRead: { '': { input: marking, outcomes: members } },
  markUnread: { '': { input: ({ group: conversationId }) => ({ conversationId, fromSeq: 1 }), outcomes: members } },
  markThreadRead: { '': { input: ({ message: messageId }) => ({ messageId, seq: 1 }), outcomes: members } },
  setTyping: { '': { input: ({ group: conversationId }) => ({ conversationId, typing: true }), outcomes: members } },
  sendSignal: {
    '': { input: ({ group: conversationId }) => ({ conversationId, name: 'ring' }), outcomes: byTable('POST') },
    'to one member': {
      input: ({ group: conversationId, target }) => ({ conversationId, name: 'ring', recipientIds: [target.id] }),
      outcomes: byTable('POST'),
    },
  },
};

/** Returns the id of the target’s session. */
export async function sessionOfTarget(world: World, { target }: Scene): Promise<string> {
  const { data } = await run(world, '{ viewer { sessions { id } } }', {}, target);
  const [session] = (data as { viewer: { sessions: readonly { id: string }[] } }).viewer.sessions;
  if (session === undefined) throw new Error('the target is signed in');
  return session.id;
}

/** The same outcomes, with NOT_FOUND in place of FORBIDDEN: who may not act does not see the object either. */
function hiding(outcomes: Case['outcomes']): Case['outcomes'] {
  return Object.fromEntries(
    Object.entries(outcomes).map(([standing, outcome]) => [standing, outcome === 'FORBIDDEN' ? 'NOT_FOUND' : outcome]),
  ) as Case['outcomes'];
}
