import { randomBytes } from 'node:crypto';
import { ask } from '../support/client.ts';
import {
  CreateGroupDocument,
  MarkReadDocument,
  MeDocument,
  OpenDirectDocument,
  SendMessageDocument,
  SignInDocument,
  SignUpDocument,
} from '../support/generated/graphql.ts';
import type { Holding } from './device.ts';

/** A user who writes, reads, and moves between nodes, on two devices. */
export interface Actor {
  readonly id: string;
  readonly name: string;
  /** One per device. */
  readonly tokens: readonly [string, string];
  /** The positions at which both devices start. */
  readonly holds: readonly Holding[];
}

/** A group with all actors as members, and its owner. */
export interface Hall {
  readonly id: string;
  readonly owner: Actor;
}

/** A group whose guest is removed and added back, again and again. */
export interface Room extends Hall {
  readonly guest: Actor;
}

/** The direct conversation of two users who block each other now and then. */
export interface Direct {
  readonly id: string;
  readonly between: readonly [Actor, Actor];
}

/** The users of a run and their conversations. */
export interface Cast {
  readonly actors: readonly Actor[];
  readonly rooms: readonly Room[];
  /** The group whose members leave and come back by invites only. */
  readonly door: Hall;
  /** The group whose ownership is passed on, again and again. */
  readonly crown: Hall;
  readonly directs: readonly Direct[];
}

/** The conversations in which an actor writes. */
export function placesOf({ id }: Actor, { rooms, door, crown, directs }: Cast): readonly { readonly id: string }[] {
  return [...rooms, door, crown, ...directs.filter(({ between }) => between.some((actor) => actor.id === id))];
}

const password = 'correct horse battery';
const names = ['ann', 'ben', 'cat', 'dan', 'eve'] as const;
const roomCount = 3;
// Never the owner and the guest of the same room: the owner could not add a guest who blocks them.
const pairs = [
  [0, 2],
  [1, 3],
] as const;

/** Signs everybody up, signs them in on a second device, and creates the groups and direct conversations. */
export async function assemble(url: string): Promise<Cast> {
  const people = await Promise.all(names.map((name) => signUp(url, name)));
  const rooms: Room[] = [];
  for (let n = 0; n < roomCount; n += 1) {
    // Over all rooms, everybody is the owner, the guest or neither.
    const order = [...people.slice(n), ...people.slice(0, n)];
    const [owner, ...others] = order;
    const guest = order.at(-1);
    if (owner === undefined || guest === undefined) throw new Error('nobody signed up');
    rooms.push({ ...(await gather(url, `Group ${n}`, { owner, others })), guest });
  }
  const [owner, ...others] = people.toReversed();
  if (owner === undefined) throw new Error('nobody signed up');
  const [door, crown] = [await gather(url, 'Door', { owner, others }), await gather(url, 'Crown', { owner, others })];
  const directs = await Promise.all(pairs.map(([one, other]) => introduce(url, people[one], people[other])));
  return { actors: await Promise.all(people.map((actor) => withPositions(url, actor))), rooms, door, crown, directs };
}

async function gather(
  url: string,
  name: string,
  { owner, others }: { readonly owner: Actor; readonly others: readonly Actor[] },
): Promise<Hall> {
  const input = { name, memberIds: others.map(({ id }) => id) };
  const { createGroup } = await ask(url, CreateGroupDocument, { input }, owner.tokens[0]);
  if (createGroup.group === null) throw new Error(`no group: ${JSON.stringify(createGroup.errors)}`);
  return { id: createGroup.group.id, owner };
}

/** Sends a greeting from one to the other, so that the other sees the conversation, and has them read it before the run begins. */
async function introduce(url: string, one: Actor | undefined, other: Actor | undefined): Promise<Direct> {
  if (one === undefined || other === undefined) throw new Error('nobody signed up');
  const { openDirectConversation } = await ask(url, OpenDirectDocument, { input: { userId: other.id } }, one.tokens[0]);
  const id = openDirectConversation.conversationEdge?.node.id;
  if (id === undefined) throw new Error(`no conversation: ${JSON.stringify(openDirectConversation.errors)}`);
  const input = { conversationId: id, clientMessageId: 'greeting', text: 'hello' };
  const { sendMessage } = await ask(url, SendMessageDocument, { input }, one.tokens[0]);
  const seq = sendMessage.messageEdge?.node.seq;
  if (seq === undefined) throw new Error(`no greeting: ${JSON.stringify(sendMessage.errors)}`);
  await ask(url, MarkReadDocument, { input: { conversationId: id, seq } }, other.tokens[0]);
  return { id, between: [one, other] };
}

async function signUp(url: string, name: string): Promise<Actor> {
  const handle = `${name}.${randomBytes(5).toString('hex')}`;
  const { signUp: up } = await ask(url, SignUpDocument, { input: { handle, password } });
  const { signIn } = await ask(url, SignInDocument, { input: { handle, password, deviceName: 'second' } });
  const { viewer, accessToken } = up;
  if (viewer === null || accessToken === null || signIn.accessToken === null) throw new Error(`nobody signed up: ${JSON.stringify(up)}`);
  return { id: viewer.user.id, name, tokens: [accessToken, signIn.accessToken], holds: [] };
}

async function withPositions(url: string, actor: Actor): Promise<Actor> {
  const { viewer } = await ask(url, MeDocument, {}, actor.tokens[0]);
  if (viewer === null) throw new Error('a viewer who is not signed in');
  return { ...actor, holds: viewer.positions.map((position) => ({ ...position, readSeq: 0 })) };
}
