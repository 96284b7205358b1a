import { randomBytes } from 'node:crypto';
import type { Chat } from '../../src/chat.ts';
import type { FeedEvent, KnownPosition } from '../../src/feed/index.ts';
import type { Viewer } from '../../src/user/index.ts';

let signedUp = 0;

/** The password of every user in tests. */
export const password = 'correct horse';

/** Signs up a user with a unique handle, and returns their viewer. */
export async function person(chat: Chat, name = 'someone'): Promise<Viewer> {
  signedUp += 1;
  const { viewer } = await chat.users.signUp({ handle: `${name}.${signedUp}`, password, address: `10.0.0.${signedUp}` });
  return viewer;
}

/** Creates a group of these users. The first one is the owner. */
export async function groupOf(chat: Chat, owner: Viewer, ...members: readonly Viewer[]): Promise<bigint> {
  const { id } = await chat.groups.create(owner, { name: 'The group', memberIds: members.map(({ userId }) => userId) });
  return id;
}

/** Sends a text with a new clientMessageId, and returns its seq. */
export async function say(chat: Chat, sender: Viewer, conversationId: bigint, text: string): Promise<number> {
  const { seq } = await chat.messages.send(sender, { conversationId, text, clientMessageId: randomBytes(8).toString('hex') });
  return seq;
}

/** A subscription to everything, read one event at a time. */
export interface Listening {
  next(): Promise<FeedEvent>;
  /** Reads up to and including the first event that fits. */
  until(fits: (event: FeedEvent) => boolean): Promise<readonly FeedEvent[]>;
  /** Reads up to and including StreamReady. */
  ready(): Promise<readonly FeedEvent[]>;
  stop(): void;
}

/** Subscribes a viewer to everything that they follow. */
export function listen(
  chat: Chat,
  viewer: Viewer,
  after?: readonly KnownPosition[],
  signal: AbortSignal = new AbortController().signal,
): Listening {
  return listening(chat.feed.events(viewer, { after, signal }));
}

/** Reads any iterator of the feed. */
export function listening(events: AsyncIterableIterator<FeedEvent>): Listening {
  async function next(): Promise<FeedEvent> {
    const { done, value } = await events.next();
    if (done) throw new Error('the subscription is complete');
    return value;
  }
  async function until(fits: (event: FeedEvent) => boolean): Promise<readonly FeedEvent[]> {
    const seen: FeedEvent[] = [];
    do seen.push(await next());
    while (!seen.slice(-1).some(fits));
    return seen;
  }
  return { next, until, ready: () => until(({ kind }) => kind === 'ready'), stop: () => void events.return?.() };
}

/** Formats an event, as in `3 MessageSent hello`, `ready`, `resync GONE`. */
export function inWords(event: FeedEvent): string {
  switch (event.kind) {
    case 'entry':
      return `${event.entry.seq} ${event.entry.type}${event.entry.type === 'MessageSent' ? ` ${event.entry.data.text}` : ''}`;
    case 'resync':
      return `resync ${event.reason} ${event.lastSeq}`;
    default:
      return event.kind;
  }
}
