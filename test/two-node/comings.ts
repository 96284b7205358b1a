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

/** A group that people come to and go from, by a seed. */
export interface Comings {
  readonly nodes: readonly { readonly url: string; readonly doings: Doings }[];
  readonly owner: Person;
  readonly group: string;
  /** Who comes and goes. */
  readonly users: readonly Person[];
  /** The conversation that each user has for themselves. */
  readonly own: readonly string[];
  readonly random: () => number;
}

/** What one user is told of one conversation, from StreamReady on. */
export interface Visit {
  readonly user: Person;
  /** The conversation's head at StreamReady; null: the user was out again before. */
  readonly start: number | null;
  readonly seqs: readonly number[];
  /** 'good-bye', which ends the run, or the code of the error that ended it before. */
  readonly how: string;
}

// Events after which one who comes and goes leaves at the latest.
const longestVisit = 12;

/** One of several, by chance. */
export function oneOf<T>(things: readonly T[], random: () => number): T {
  const found = things[Math.floor(random() * things.length)];
  if (found === undefined) throw new Error('there is nothing to choose from');
  return found;
}

/** Adds, removes or lets leave somebody; answers whom it added. It may be refused: others act at the same time. */
export async function change({ owner, group, users, random }: Comings, { ask }: Doings): Promise<Person | null> {
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

/** Says something, as a member or as somebody who is none at the moment and is refused. */
export async function speak({ owner, group, users, random }: Comings, { ask }: Doings, text: string): Promise<void> {
  await ask(SendMessageDocument, { input: { conversationId: group, clientMessageId: text, text } }, oneOf([owner, ...users], random));
}

/** Follows the group alone, on either node, until it is not the user's any more or 'good-bye' is said. */
export async function visit({ nodes, group, random }: Comings, user: Person): Promise<Visit> {
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

/** Somebody who follows everything they have. */
export interface Follower {
  readonly user: Person;
  readonly subscriber: Subscriber;
  /** What could not be had, as they were told. */
  readonly resyncs: readonly EventPartsFragment[];
  /** Resolves when 'the end' was said to the user alone. */
  readonly done: Promise<void>;
}

/** Lets every user follow on every node, without a break. Resolves when all of them do. */
export async function stay({ nodes, users }: Comings): Promise<readonly Follower[]> {
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

/** Lets every user come to one node or the other, go again, and come back with the positions they have. */
export function wander({ nodes, users, random }: Comings): Promise<readonly Follower[]> {
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

/** Lets everybody go who follows: says 'the end' to each user alone, so often that whoever counts events is through. */
export async function end({ nodes, users, own }: Comings): Promise<void> {
  for (const [n, user] of users.entries()) {
    for (let times = 0; times <= longestVisit; times += 1) await nodes[0]?.doings.say(user, own[n] ?? '', 'the end');
  }
}

function isTheEnd(event: EventPartsFragment): boolean {
  return event.__typename === 'MessageSent' && event.messageEdge?.node.text === 'the end';
}

/** What a follower received of a conversation. */
export function seqsIn({ subscriber: { received } }: Follower, conversationId: string): readonly number[] {
  return received.filter(({ streamId }) => streamId === conversationId).map(({ seq }) => seq);
}
