import { randomUUID } from 'node:crypto';
import { parse } from 'graphql';
import { formatId, parseId } from '../../schema/ids.ts';
import { watching } from '../support/watching.ts';
import type { Person, World } from '../support/world.ts';

/** The standings that a user can have towards a group and its members. `blocked` is a member whom the owner has blocked. */
export const standings = ['nobody', 'stranger', 'former', 'banned', 'member', 'blocked', 'admin', 'owner'] as const;
export type Standing = (typeof standings)[number];

/** The target’s reaction to their own message. */
export const emoji = '🎉';

/** The standings that are signed in. */
export type Actor = Exclude<Standing, 'nobody'>;

/** All users: the actors, and those that they act on. */
export interface Cast {
  readonly actors: Readonly<Record<Actor, Person>>;
  /** A member that the mutations act on. */
  readonly target: Person;
  /** A user outside the group who requests to join, or can be added. */
  readonly outsider: Person;
  /** A contact of the target, and with whom the target has a direct conversation. */
  readonly friend: Person;
  /** The direct conversation of the owner and `blocked`, from before the block. Both have sent messages in it. */
  readonly cutOff: string;
  /** The target’s data export. */
  readonly dataExport: string;
  /** A notice to the target only. */
  readonly notice: string;
  /** A scheduled message of the target to themselves. */
  readonly scheduled: string;
  /** A conversation in which the target has a draft. */
  readonly drafted: string;
}

/** Fresh objects that the mutations act on. */
export interface Scene extends Cast {
  readonly group: string;
  /** A message of the target in the group, and a reply to it. */
  readonly message: string;
  readonly reply: string;
  /** A poll of the target’s, and the option that they have voted for. */
  readonly poll: string;
  readonly option: string;
  /** The direct conversation of the owner and the target, with a message of the owner’s in it. */
  readonly direct: string;
  readonly directMessage: string;
}

/** Sends an operation of the public API. */
export async function run(world: World, source: string, variables: object, as: Person | null) {
  const { data, errors } = await world.post(parse(source) as never, variables as never, as ?? undefined);
  return {
    data: (data ?? null) as Readonly<Record<string, unknown>> | null,
    codes: (errors ?? []).map(({ extensions }) => extensions?.['code']),
  };
}

/** The payload of a mutation. Throws if anything is refused. */
export async function act(
  world: World,
  as: Person,
  name: string,
  input: object,
  select = '{ errors { code message field } }',
): Promise<never> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const { data, codes } = await run(world, `mutation ($input: ${type}!) { ${name}(input: $input) ${select} }`, { input }, as);
  const payload = data?.[name] as { errors?: readonly object[] } | undefined;
  if (codes.length > 0 || payload === undefined || (payload.errors ?? []).length > 0) {
    throw new Error(`${name} was refused: ${JSON.stringify([codes, payload])}`);
  }
  return payload as never;
}

/** Signs all users up. */
export async function castOf(world: World): Promise<Cast> {
  const [stranger, former, banned, member, blocked, admin, owner, target, outsider, friend] = await world.people(
    'stranger',
    'former',
    'banned',
    'member',
    'blocked',
    'admin',
    'owner',
    'target',
    'outsider',
    'friend',
  );
  await befriend(world, friend, target);
  const cutOff = await world.direct(owner, blocked);
  for (const one of [owner, blocked]) await world.say(one, cutOff, 'Said before.');
  await act(world, owner, 'blockUser', { userId: blocked.id });
  await act(world, target, 'createGroup', { name: 'Found by all', joinPolicy: 'OPEN', listed: true });
  const wanted = await act(world, target, 'requestDataExport', {}, '{ dataExport { id } errors { code } }');
  const { id: dataExport } = (wanted as { dataExport: { id: string } }).dataExport;
  const notice = await tell(world, target);
  const later = {
    ...{ conversationId: await world.direct(target, target), clientMessageId: randomUUID(), text: 'Later.' },
    sendAt: new Date(Date.now() + 30 * 86_400_000).toISOString(),
  };
  const left = await act(world, target, 'scheduleMessage', later, '{ scheduledMessageEdge { node { id } } errors { code } }');
  const { conversationId: drafted } = later;
  await act(world, target, 'saveDraft', { conversationId: drafted, text: 'So far.', writtenAt: new Date().toISOString() });
  const { id: scheduled } = (left as { scheduledMessageEdge: { node: { id: string } } }).scheduledMessageEdge.node;
  return {
    actors: { stranger, former, banned, member, blocked, admin, owner },
    target,
    outsider,
    friend,
    cutOff,
    dataExport,
    notice,
    scheduled,
    drafted,
  };
}

/** Makes two users contacts of each other who have a direct conversation. */
async function befriend(world: World, one: Person, other: Person): Promise<void> {
  const select = '{ contactRequestEdge { node { id } } errors { code } }';
  const asked = await act(world, one, 'requestContact', { userId: other.id }, select);
  const { id: requestId } = (asked as { contactRequestEdge: { node: { id: string } } }).contactRequestEdge.node;
  await act(world, other, 'answerContactRequest', { requestId, accept: true });
  await world.direct(one, other);
}

/** Posts a notice to one user. */
async function tell({ node: { chat } }: World, { handle }: Person): Promise<string> {
  const { notice } = await chat.notices.post(null, { title: 'Your account', body: 'Between us.', to: [{ handle }] });
  await chat.jobs.doDue();
  return formatId('Notice', notice?.id ?? '');
}

/** Makes a group in which all actors have their standing. */
export async function setUp(world: World, cast: Cast): Promise<Scene> {
  const { actors, target } = cast;
  const { owner, admin, member, blocked, former, banned } = actors;
  const group = await world.group(owner, admin, member, former, banned, target);
  await act(world, owner, 'setRole', { groupId: group, userId: admin.id, role: 'ADMIN' });
  await act(world, admin, 'addMembers', { groupId: group, userIds: [blocked.id] });
  await act(world, former, 'leaveGroup', { groupId: group });
  await act(world, owner, 'removeMember', { groupId: group, userId: banned.id, ban: true });
  const { id: message } = await world.say(target, group, 'Said by the target.');
  await act(world, target, 'addReaction', { messageId: message, emoji });
  const answer = { conversationId: group, clientMessageId: randomUUID(), text: 'An answer.', replyToId: message, threadRootId: message };
  const sent = await act(world, member, 'sendMessage', answer, '{ messageEdge { node { id } } errors { code } }');
  const reply = (sent as { messageEdge: { node: { id: string } } }).messageEdge.node.id;
  const direct = await world.direct(owner, target);
  await world.say(owner, direct, 'At first.');
  const { id: directMessage } = await world.say(owner, direct, 'Between us.');
  const question = { conversationId: group, clientMessageId: randomUUID(), text: 'Well?', poll: { options: ['yes', 'no'] } };
  const asked = await act(
    world,
    target,
    'sendMessage',
    question,
    '{ messageEdge { node { id poll { options { id } } } } errors { code } }',
  );
  const { id: poll, poll: choice } = (asked as { messageEdge: { node: { id: string; poll: { options: readonly { id: string }[] } } } })
    .messageEdge.node;
  const option = choice.options[0]?.id ?? '';
  await act(world, target, 'votePoll', { messageId: poll, optionIds: [option] });
  return { ...cast, group, message, reply, poll, option, direct, directMessage };
}

/** The presence of a user after `beThere`, for those who may see it. */
export const busy = { status: 'BUSY', statusText: 'in a meeting', devices: 1, lastSeenAt: null } as const;

/** Keeps a user online on one device until the test ends, with a status. Returns once the status is shown. */
export async function beThere(world: World, person: Person): Promise<void> {
  const { status, statusText } = busy;
  await act(world, person, 'setPresence', { status, statusText });
  // A watcher is online. The watch shows when that is known.
  const own = watching(world, person, person);
  for (let seen = await own.next(); seen.status !== status; ) seen = await own.next();
}

/** An id of the same type that names nothing. */
export function nothingLike(id: string): string {
  const none = 9_007_199_254_740_991n;
  const type = parseId(id)?.type;
  switch (type) {
    case 'Message':
      return formatId(type, { conversationId: none, seq: 1 });
    case 'User':
    case 'Presence':
    case 'Conversation':
      return formatId(type, none);
    case 'Membership':
      return formatId(type, { conversationId: none, userId: none });
    case 'Session':
    case 'GroupInvite':
    case 'DataExport':
    case 'ScheduledMessage':
    case 'Notice':
      return formatId(type, '01900000-0000-7000-8000-000000000000');
    case 'Draft':
      return formatId(type, { conversationId: none, userId: none, threadRootSeq: 0 });
    case 'JoinRequest':
      return formatId(type, { conversationId: none, userId: none });
    case 'Contact':
      return formatId(type, { userId: none, otherId: none - 1n });
    case 'ContactRequest':
      return formatId(type, { fromId: none, toId: none - 1n });
    default:
      throw new Error(`what kind of id is ${id}?`);
  }
}
