import fc from 'fast-check';
import { expect } from 'vitest';
import { type Membership, notificationLevels } from '../../src/group/index.ts';
import type { Entry, KnownEntry } from '../../src/log/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { freshKey, type TalkNode } from '../group/talk-world.ts';
import { type Counts, expectedCounts, rootsIn, type Sources, seenMessages, Unlogged } from './expected-counts.ts';
import { expectedLists, type Lists } from './expected-lists.ts';

/** A node on which users act and counts are read. */
export interface CountingNode extends Pick<TalkNode, 'groups' | 'messages'> {
  /** A viewer's unread counts on this node, with those of the given threads, by conversation. */
  counts(viewer: Viewer, roots: ReadonlyMap<bigint, readonly number[]>): Promise<Counts>;
  /** The lists of unread and read items on this node, in these conversations, page by page. */
  lists(viewer: Viewer, conversationIds: readonly bigint[]): Promise<Lists>;
}

/** Nodes on one database, with access to its logs. */
export interface Ground {
  /** At least one. */
  readonly nodes: readonly CountingNode[];
  person(): Promise<Viewer>;
  /** All entries that a stream ever had. */
  entries(streamId: bigint): Promise<readonly Entry[]>;
  /** Runs retention on a conversation up to a seq; absent: everything is kept. */
  trim?(conversationId: bigint, upTo: number): Promise<void>;
}

// How often each act is chosen: there must be enough messages for the other acts.
const acts = {
  ...{ say: 3, mention: 4, reply: 5, edit: 4, recall: 2, hide: 2, clear: 2, markRead: 3, markUnread: 2, markDelivered: 1 },
  ...{
    markThreadRead: 3,
    'come or go': 2,
    'write to Ada': 1,
    'open or close the past': 1,
    trim: 2,
    ask: 1,
    vote: 2,
    'settle what one is told': 2,
  },
} as const;
type Act = keyof typeof acts;

/** An act of a user. Numbers from 0 to 1 choose the node and the details. */
export interface Step {
  readonly who: 0 | 1 | 2;
  readonly act: Act;
  readonly on: number;
  readonly far: number;
  readonly which: number;
  readonly whom: number;
}

const part = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** Any sequence of so many steps of three users. */
export function steps({ least, most }: { readonly least: number; readonly most: number }): fc.Arbitrary<readonly Step[]> {
  const act = fc.oneof(...Object.entries(acts).map(([name, weight]) => ({ arbitrary: fc.constant(name as Act), weight })));
  const step = fc.record({
    ...{ who: fc.constantFrom<Step['who']>(0, 1, 2), act },
    ...{ on: part, far: part, which: part, whom: part },
  });
  return fc.array(step, { minLength: least, maxLength: most, size: 'max' });
}

function anyNode({ nodes }: Ground, by: number): CountingNode {
  const node = pick(nodes, by);
  if (node === undefined) throw new Error('nobody counts without a node');
  return node;
}

interface Scene {
  readonly ground: Ground;
  readonly people: readonly [Viewer, Viewer, Viewer];
  readonly group: bigint;
  readonly conversations: readonly [bigint, bigint, bigint];
  readonly unlogged: Unlogged;
}

/** What a step works with. */
interface Deed extends Step {
  readonly scene: Scene;
  readonly actor: Viewer;
  readonly node: CountingNode;
  readonly access: Membership;
  readonly log: readonly Entry[];
  /** The messages that the actor sees. */
  readonly seen: readonly KnownEntry<'MessageSent'>[];
}

function pick<T>(of: readonly T[], by: number): T | undefined {
  return of[Math.floor(by * of.length)];
}

/** Plays the steps. After each, checks that every node's counts and lists for every user equal a count entry by entry. */
export async function playAndCount(ground: Ground, script: readonly Step[]): Promise<void> {
  const scene = await open(ground);
  await check(scene, 'at first');
  for (const [n, step] of script.entries()) {
    await perform(scene, step);
    await check(scene, `after ${n + 1}. ${step.act} by ${step.who}`);
  }
}

async function open(ground: Ground): Promise<Scene> {
  const { groups } = anyNode(ground, 0);
  const people = [await ground.person(), await ground.person(), await ground.person()] as const;
  const [ada, bob, cy] = people;
  const { id: group } = await groups.create(ada, { name: 'The group', memberIds: [bob.userId, cy.userId] });
  const { id: ofBob } = await groups.openDirect(bob, { userId: ada.userId });
  const { id: ofCy } = await groups.openDirect(cy, { userId: ada.userId });
  return { ground, people, group, conversations: [group, ofBob, ofCy], unlogged: new Unlogged() };
}

async function sourcesOf({ ground, conversations, unlogged }: Scene, viewer: Viewer): Promise<Sources> {
  const refs = conversations.map((conversationId) => ({ conversationId, userId: viewer.userId }));
  const [found, account, ...logs] = await Promise.all([
    anyNode(ground, 0).groups.memberships(refs),
    ground.entries(viewer.userId),
    ...conversations.map((id) => ground.entries(id)),
  ]);
  const accesses = found.flatMap((access) => (access?.shown ? [access] : []));
  return { viewer, accesses, account, logs: new Map(conversations.map((id, at) => [id, logs[at] ?? []])), unlogged };
}

async function check(scene: Scene, when: string): Promise<void> {
  for (const [who, viewer] of scene.people.entries()) {
    const sources = await sourcesOf(scene, viewer);
    const roots = new Map(scene.conversations.map((id) => [id, rootsIn(sources, id)]));
    const right = expectedCounts(sources);
    const told = await Promise.all(scene.ground.nodes.map((node) => node.counts(viewer, roots)));
    for (const [at, counts] of told.entries()) expect(counts, `for ${who} on node ${at} ${when}`).toEqual(right);
    const ids = sources.accesses.map(({ conversationId }) => conversationId);
    const listed = await Promise.all(scene.ground.nodes.map((node) => node.lists(viewer, ids)));
    const whole = expectedLists(sources);
    for (const [at, lists] of listed.entries()) expect(lists, `what waits for ${who} on node ${at} ${when}`).toEqual(whole);
  }
}

async function perform(scene: Scene, step: Step): Promise<void> {
  const actor = scene.people[step.who];
  const node = anyNode(scene.ground, step.on);
  if (step.act === 'come or go') return comeOrGo(scene, { actor, node });
  if (step.act === 'write to Ada') return writeToAda(scene, { actor, node });
  if (step.act === 'open or close the past') return settlePast(scene, step.which, node);
  const sources = await sourcesOf(scene, actor);
  // Mostly in the group, where the most can happen.
  const access = pick(sources.accesses, step.far < 0.7 ? 0 : step.far);
  if (access === undefined) return;
  const log = sources.logs.get(access.conversationId) ?? [];
  await deeds[step.act]({ ...step, scene, actor, node, access, log, seen: seenMessages(sources, access) });
}

async function comeOrGo({ people: [ada], group, unlogged }: Scene, { actor, node }: Pick<Deed, 'actor' | 'node'>): Promise<void> {
  if (actor === ada) return;
  const { members } = await node.groups.addMembers(ada, { groupId: group, userIds: [actor.userId] });
  if (members.length > 0) unlogged.joined(actor, group);
  else await node.groups.leave(actor, { groupId: group });
}

/** Lets later members read all of the group, or only what follows. */
async function settlePast({ people: [ada], group }: Scene, which: number, node: CountingNode): Promise<void> {
  await node.groups.update(ada, { groupId: group, history: which < 0.6 ? 'ALL' : 'JOINING' });
}

async function writeToAda(scene: Scene, { actor, node }: Pick<Deed, 'actor' | 'node'>): Promise<void> {
  const [, bob, cy] = scene.people;
  const [, ofBob, ofCy] = scene.conversations;
  const [sender, conversationId] = actor === cy ? [cy, ofCy] : [bob, ofBob];
  await say({ scene, node, actor: sender }, { conversationId, mentionIds: [] });
}

interface Words {
  readonly conversationId: bigint;
  readonly mentionIds: readonly bigint[];
  readonly mentionsEveryone?: boolean;
  readonly threadRoot?: { readonly conversationId: bigint; readonly seq: number };
  readonly poll?: { readonly options: readonly string[] };
}

async function say({ scene, node, actor }: Pick<Deed, 'scene' | 'node' | 'actor'>, words: Words): Promise<void> {
  const message = await node.messages.send(actor, { ...words, clientMessageId: freshKey(), text: 'said' });
  scene.unlogged.mentions(message, message.seq);
}

/** Whom a message mentions: everyone if that is allowed, one member, several, or nobody. */
async function mentioned({ scene, node, access, actor, whom }: Deed): Promise<Pick<Words, 'mentionIds' | 'mentionsEveryone'>> {
  const { conversationId } = access;
  const mayAll = conversationId !== scene.group || actor === scene.people[0];
  if (mayAll && whom < 0.2) return { mentionIds: [], mentionsEveryone: true };
  const refs = scene.people.map(({ userId }) => ({ conversationId, userId }));
  const members = (await node.groups.memberships(refs)).flatMap((member) => (member === null ? [] : [member.userId]));
  const one = pick(members, whom);
  if (whom > 0.8) return { mentionIds: members, mentionsEveryone: mayAll && whom > 0.85 };
  return { mentionIds: one === undefined || whom > 0.7 ? [] : [one] };
}

const deeds: Readonly<Record<Exclude<Act, 'come or go' | 'write to Ada' | 'open or close the past'>, (deed: Deed) => Promise<void>>> = {
  async trim({ scene, access, log, which }) {
    await scene.ground.trim?.(access.conversationId, Math.floor(which * log.length));
  },
  say: (deed) => say(deed, { conversationId: deed.access.conversationId, mentionIds: [] }),
  ask: (deed) => say(deed, { conversationId: deed.access.conversationId, mentionIds: [], poll: { options: ['this', 'that'] } }),
  // A vote changes no unread count but is in the log.
  async vote({ actor, node, seen, which, whom }) {
    const poll = pick(
      seen.filter(({ data }) => data.poll !== null && data.recalledAt === null),
      which,
    );
    if (poll === undefined) return;
    const message = { conversationId: poll.streamId, seq: poll.seq };
    await node.messages.votePoll(actor, { message, options: [{ ...message, choice: Math.floor(whom * 2) }] });
  },
  mention: async (deed) => say(deed, { conversationId: deed.access.conversationId, ...(await mentioned(deed)) }),
  async reply(deed) {
    const to = pick(deed.seen, deed.which);
    const { conversationId } = deed.access;
    if (to !== undefined) await say(deed, { conversationId, mentionIds: [], threadRoot: { conversationId, seq: to.seq } });
  },
  async edit(deed) {
    const { actor, node, access, seen, which, whom, scene } = deed;
    const own = pick(
      seen.filter(({ actorId, data }) => actorId === actor.userId && data.recalledAt === null),
      which,
    );
    if (own === undefined) return;
    const { conversationId } = access;
    const change = { message: { conversationId, seq: own.seq }, text: `said ${whom}`, ...(await mentioned(deed)) };
    const message = await node.messages.edit(actor, change);
    scene.unlogged.mentions(message, (await scene.ground.entries(conversationId)).at(-1)?.seq ?? 0);
  },
  async recall({ actor, node, access, seen, which, scene }) {
    const runs = access.conversationId === scene.group && actor === scene.people[0];
    const message = pick(
      seen.filter(({ actorId }) => runs || actorId === actor.userId),
      which,
    );
    if (message !== undefined) await node.messages.recall(actor, { conversationId: access.conversationId, seq: message.seq });
  },
  async hide({ actor, node, access, seen, which }) {
    const message = pick(seen, which);
    if (message !== undefined) await node.messages.hide(actor, { conversationId: access.conversationId, seq: message.seq });
  },
  async clear({ actor, node, access, log, which, whom, scene }) {
    const seq = whom < 0.3 ? undefined : Math.floor(which * log.length);
    await node.messages.clear(actor, { conversationId: access.conversationId, seq });
    const clearedSeq = seq ?? log.length;
    if (clearedSeq >= access.clearedSeq) scene.unlogged.read(actor, access.conversationId, clearedSeq);
  },
  async markRead({ actor, node, access, log, which, scene }) {
    const mark = { conversationId: access.conversationId, seq: Math.round(which * log.length) };
    await node.messages.markRead(actor, mark);
    scene.unlogged.read(actor, mark.conversationId, mark.seq);
  },
  async 'settle what one is told'({ actor, node, access: { conversationId }, which, whom, far }) {
    await node.groups.updateOwnPart(actor, {
      conversationId,
      notificationLevel: pick(notificationLevels, which),
      archived: far < 0.3,
      silentUntil: whom < 0.3 ? new Date('2999-01-01') : null,
    });
  },
  async markUnread({ actor, node, access, log, which, scene }) {
    const fromSeq = Math.ceil(which * log.length);
    if (fromSeq === 0) return;
    await node.messages.markUnread(actor, { conversationId: access.conversationId, fromSeq });
    scene.unlogged.markedUnread(actor, access.conversationId, fromSeq);
  },
  async markDelivered({ actor, node, access, log, which }) {
    await node.messages.markDelivered(actor, { conversationId: access.conversationId, seq: Math.round(which * log.length) });
  },
  async markThreadRead({ actor, node, access, log, seen, which, whom }) {
    const { conversationId } = access;
    const reply = pick(
      seen.filter(({ data }) => data.threadRootSeq !== null),
      which,
    );
    if (reply === undefined) return;
    const message = { conversationId, seq: whom < 0.5 ? reply.seq : (reply.data.threadRootSeq ?? 0) };
    await node.messages.markThreadRead(actor, { message, seq: Math.round(whom * log.length) });
  },
};
