import { socketClient } from '../support/client.ts';
import {
  AddMembersDocument,
  type EventPartsFragment,
  FollowConversationDocument,
  type FollowedFragment,
  LeaveGroupDocument,
  RemoveMemberDocument,
  SendMessageDocument,
} from '../support/generated/graphql.ts';
import { listening } from '../support/listening.ts';
import { createSubscriber, type Subscriber } from '../support/subscriber.ts';
import type { Doings, Person } from '../support/world.ts';

/** A group that users join and leave, as a seed determines. */
export interface Churn {
  readonly nodes: readonly { readonly url: string; readonly doings: Doings }[];
  readonly owner: Person;
  readonly group: string;
  /** The users who join and leave. */
  readonly users: readonly Person[];
  /** The conversation that each user has alone. */
  readonly own: readonly string[];
  readonly random: () => number;
}

/** What one user receives of one conversation, from StreamReady on. */
export interface Visit {
  readonly user: Person;
  /** The head of the conversation at StreamReady. Null if the user was removed before. */
  readonly start: number | null;
  readonly seqs: readonly number[];
  /** 'good-bye', which ends the run, or the code of the error that ended it before. */
  readonly how: string;
}

// A wanderer disconnects after at most this many events.
const longestVisit = 12;

/** Returns a random element. */
export function oneOf<T>(things: readonly T[], random: () => number): T {
  const found = things[Math.floor(random() * things.length)];
  if (found === undefined) throw new Error('there is nothing to choose from');
  return found;
}

/**
 * Adds or removes a random user, or makes them leave. Returns the user if they were added. It may be refused, because others act at the
 * same time.
 */
export async function change({ owner, group, users, random }: Churn, { ask }: Doings): Promise<Person | null> {
  const user = oneOf(users, random);
  const chance = random();
  if (chance < 0.5) {
    const { addMembers } = await ask(AddMembersDocument, { input: { groupId: group, userIds: [user.id] } }, owner);
    return addMembers.errors.length === 0 ? user : null;
  }
  if (chance < 0.75) await ask(RemoveMemberDocument, { input: { groupId: group, userId: user.id } }, owner);
  else await ask(LeaveGroupDocument, { input: { groupId: group } }, user);
  return null;
}

/** Sends a message as a random user, who may not be a member, and is refused then. */
export async function speak({ owner, group, users, random }: Churn, { ask }: Doings, text: string): Promise<void> {
  await ask(SendMessageDocument, { input: { conversationId: group, clientMessageId: text, text } }, oneOf([owner, ...users], random));
}

/** Follows the group alone, on any node, until the user is no member any more or 'good-bye' arrives. */
export async function visit({ nodes, group, random }: Churn, user: Person): Promise<Visit> {
  const client = socketClient(oneOf(nodes, random).url, user.token);
  const events = listening(client, 'conversationEvents', FollowConversationDocument, { conversationId: group });
  const heard: FollowedFragment[] = [];
  let how: string | undefined;
  while (how === undefined) {
    try {
      const event = await events.next();
      heard.push(event);
      if (event.__typename === 'MessageSent' && event.messageEdge?.node.text === 'good-bye') how = 'good-bye';
    } catch (errors) {
      if (!Array.isArray(errors)) throw errors;
      how = String(errors[0]?.extensions?.code);
    }
  }
  client.terminate();
  const ready = heard.find((event) => event.__typename === 'StreamReady');
  return { user, how, start: ready?.positions[0]?.seq ?? null, seqs: heard.flatMap((event) => ('seq' in event ? [event.seq] : [])) };
}

/** A user who follows everything they have. */
export interface Follower {
  readonly user: Person;
  readonly subscriber: Subscriber;
  /** The ResyncRequired events that they received. */
  readonly resyncs: readonly EventPartsFragment[];
  /** Resolves once 'the end' arrives in the user's own conversation. */
  readonly done: Promise<void>;
}

/** Makes every user follow on every node, without interruption. Resolves once all of them do. */
export async function stay({ nodes, users }: Churn): Promise<readonly Follower[]> {
  const followers = nodes.flatMap(({ url, doings }) =>
    users.map(async (user): Promise<Follower> => {
      const subscriber = createSubscriber(user.token, await doings.positions(user));
      const resyncs: EventPartsFragment[] = [];
      const ready = Promise.withResolvers<void>();
      const done = subscriber.attend(url, (event) => {
        if (event.__typename === 'StreamReady') ready.resolve();
        if (event.__typename === 'ResyncRequired') resyncs.push(event);
        return isTheEnd(event);
      });
      await Promise.race([ready.promise, done]);
      return { user, subscriber, resyncs, done };
    }),
  );
  return Promise.all(followers);
}

/** Makes every user connect to a random node, disconnect, and resume from their positions, again and again. */
export function wander({ nodes, users, random }: Churn): Promise<readonly Follower[]> {
  const followers = users.map(async (user): Promise<Follower> => {
    const subscriber = createSubscriber(user.token, (await nodes[0]?.doings.positions(user)) ?? []);
    async function comeAndGo(): Promise<void> {
      while (!subscriber.received.some(isTheEnd)) {
        let left = Math.floor(random() * longestVisit);
        await subscriber.attend(oneOf(nodes, random).url, (event) => {
          left -= 1;
          return left < 0 || isTheEnd(event);
        });
      }
    }
    return { user, subscriber, resyncs: [], done: comeAndGo() };
  });
  return Promise.all(followers);
}

/** Ends all followers: sends 'the end' to each user's own conversation, often enough for those who count events. */
export async function end({ nodes, users, own }: Churn): Promise<void> {
  for (const [n, user] of users.entries()) {
    for (let times = 0; times <= longestVisit; times += 1) await nodes[0]?.doings.say(user, own[n] ?? '', 'the end');
  }
}

function isTheEnd(event: EventPartsFragment): boolean {
  return event.__typename === 'MessageSent' && event.messageEdge?.node.text === 'the end';
}

/** Returns the seqs that a follower received of a conversation. */
export function seqsIn({ subscriber: { received } }: Follower, conversationId: string): readonly number[] {
  return received.filter(({ streamId }) => streamId === conversationId).map(({ seq }) => seq);
}
