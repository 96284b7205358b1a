import { randomUUID } from 'node:crypto';
import { parse } from 'graphql';
import { formatId, parseId } from '../../schema/ids.ts';
import { watching } from '../support/watching.ts';
import type { Person, World } from '../support/world.ts';

/** How somebody can stand to a group and to those in it. `blocked` is a member whom its owner has blocked. */
export const standings = ['nobody', 'stranger', 'former', 'banned', 'member', 'blocked', 'admin', 'owner'] as const;
export type Standing = (typeof standings)[number];

/** What the target has put on their message. */
export const emoji = '🎉';

/** Those who are signed in. */
export type Actor = Exclude<Standing, 'nobody'>;

/** Everybody: the actors, and those things are done to. */
export interface Cast {
  readonly actors: Readonly<Record<Actor, Person>>;
  /** A member whom things are done to. */
  readonly target: Person;
  /** Somebody outside who has asked to join, or may be added. */
  readonly outsider: Person;
  /** Of the owner and who is blocked by them, from before; both have written there. */
  readonly cutOff: string;
  /** A file with the target's data. */
  readonly dataExport: string;
  /** To the target alone. */
  readonly notice: string;
  /** What the target is to say to themselves later. */
  readonly scheduled: string;
  /** A conversation in which the target has begun to write. */
  readonly drafted: string;
}

/** What there is to act on, fresh. */
export interface Scene extends Cast {
  readonly group: string;
  /** Said by the target in the group, then an answer to it. */
  readonly message: string;
  readonly reply: string;
  /** What the target asks there, and the option that they have chosen. */
  readonly poll: string;
  readonly option: string;
  /** Of the owner and the target, in which both have written. */
  readonly direct: string;
  readonly directMessage: string;
}

/** An operation as anybody can send it. */
export async function run(world: World, source: string, variables: object, as: Person | null) {
  const { data, errors } = await world.post(parse(source) as never, variables as never, as ?? undefined);
  return {
    data: (data ?? null) as Readonly<Record<string, unknown>> | null,
    codes: (errors ?? []).map(({ extensions }) => extensions?.['code']),
  };
}

/** A mutation's payload where nothing is refused; throws otherwise. */
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

/** Signs everybody up. */
export async function castOf(world: World): Promise<Cast> {
  const [stranger, former, banned, member, blocked, admin, owner, target, outsider] = await world.people(
    'stranger',
    'former',
    'banned',
    'member',
    'blocked',
    'admin',
    'owner',
    'target',
    'outsider',
  );
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
    cutOff,
    dataExport,
    notice,
    scheduled,
    drafted,
  };
}

/** A notice to one person alone. */
async function tell({ node: { chat } }: World, { handle }: Person): Promise<string> {
  const { notice } = await chat.notices.post(null, { title: 'Your account', body: 'Between us.', to: [{ handle }] });
  await chat.jobs.doDue();
  return formatId('Notice', notice?.id ?? '');
}

/** A group in which everybody stands as their name says. */
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

/** How those who may see them see somebody after `beThere`. */
export const busy = { status: 'BUSY', statusText: 'in a meeting', devices: 1, lastSeenAt: null } as const;

/** Has somebody be online on one device until the test ends, and say so. */
export async function beThere(world: World, person: Person): Promise<void> {
  const { status, statusText } = busy;
  await act(world, person, 'setPresence', { status, statusText });
  // Who watches is online; that they are is seen when it is told.
  const own = watching(world, person, person);
  for (let seen = await own.next(); seen.status !== status; ) seen = await own.next();
}

/** An id of the same kind that names nothing. */
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
