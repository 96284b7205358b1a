import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { GraphQLFormattedError } from 'graphql';
import type { Client } from 'graphql-ws';
import { subscribe } from './client.ts';
import type { FollowedFragment } from './generated/graphql.ts';

/** The name of a type of event. */
export type EventName = FollowedFragment['__typename'];
/** An event of that type. */
export type EventOf<N extends EventName> = Extract<FollowedFragment, { readonly __typename: N }>;

/** How a subscription ended. */
export type Ending =
  | { readonly how: 'complete' }
  | { readonly how: 'errors'; readonly errors: readonly GraphQLFormattedError[] }
  | { readonly how: 'closed'; readonly code: number; readonly reason: string };

/** A subscription over a socket of its own, read one event at a time. */
export interface Listening {
  /** Returns the next event. Rejects with the reason if the subscription has ended. */
  next(): Promise<FollowedFragment>;
  /** Reads up to and including the first event that fits. */
  until(fits: (event: FollowedFragment) => boolean): Promise<readonly FollowedFragment[]>;
  /** Reads up to and including the first event of a type, and returns that one. */
  nextOf<N extends EventName>(name: N): Promise<EventOf<N>>;
  /** Reads up to and including StreamReady. */
  ready(): Promise<readonly FollowedFragment[]>;
  /** Reads to the end. Returns the remaining events, and how it ended. */
  end(): Promise<{ readonly events: readonly FollowedFragment[]; readonly ending: Ending }>;
  /** Completes the subscription and closes the socket. */
  stop(): void;
}

/** Reads a subscription of the given root field through a client that nothing else uses. */
export function listening<K extends string, V extends Record<string, unknown>>(
  client: Client,
  field: K,
  document: TypedDocumentNode<{ readonly [F in K]: FollowedFragment }, V>,
  variables: V,
): Listening {
  const results = subscribe(client, document, variables);

  async function next(): Promise<FollowedFragment> {
    const { done, value } = await results.next();
    if (done) throw new Error('the subscription is complete');
    const event = value.data?.[field];
    if (value.errors !== undefined || event === undefined) throw value.errors ?? new Error('a result without an event');
    return event;
  }

  async function until(fits: (event: FollowedFragment) => boolean): Promise<readonly FollowedFragment[]> {
    const seen: FollowedFragment[] = [];
    do seen.push(await next());
    while (!seen.slice(-1).some(fits));
    return seen;
  }

  async function nextOf<N extends EventName>(name: N): Promise<EventOf<N>> {
    const found = (await until(({ __typename }) => __typename === name)).at(-1);
    if (found === undefined || !isOf(found, name)) throw new Error(`no ${name}`);
    return found;
  }

  async function end() {
    const events: FollowedFragment[] = [];
    for (;;) {
      try {
        const { done, value } = await results.next();
        const event = value?.data?.[field];
        if (value?.errors !== undefined) return { events, ending: endingOf(value.errors) };
        if (done) return { events, ending: { how: 'complete' } as const };
        if (event !== undefined) events.push(event);
      } catch (error) {
        return { events, ending: endingOf(error) };
      }
    }
  }

  function stop(): void {
    void results.return?.();
    void client.dispose();
  }

  return { next, until, nextOf, ready: () => until(({ __typename }) => __typename === 'StreamReady'), end, stop };
}

function isOf<N extends EventName>(event: FollowedFragment, name: N): event is EventOf<N> {
  return event.__typename === name;
}

/** Converts what graphql-ws rejects with: the errors of an `error` message, or the close event of the socket. */
function endingOf(error: unknown): Ending {
  if (Array.isArray(error)) return { how: 'errors', errors: error };
  if (typeof error === 'object' && error !== null && 'code' in error && 'reason' in error) {
    return { how: 'closed', code: Number(error.code), reason: String(error.reason) };
  }
  throw error;
}

/** Formats an event, as in `MessageSent 3 hello`, `ConversationOpened 2 at 0`, `StreamReady`, `ResyncRequired GONE null`. */
export function inWords(event: FollowedFragment): string {
  const { __typename: name } = event;
  switch (name) {
    case 'MessageSent':
      return `${name} ${event.seq} ${event.messageEdge?.node.text}`;
    case 'MemberLeft':
    case 'ConversationClosed':
      return `${name} ${event.seq} ${event.leaveReason}`;
    case 'ConversationOpened':
      return `${name} ${event.seq} at ${event.position.seq}`;
    case 'ResyncRequired':
      return `${name} ${event.resyncReason} ${event.lastSeq}`;
    case 'MemberJoined':
    case 'ViewerChanged':
    case 'EntryHidden':
      return `${name} ${event.seq}`;
    default:
      return name;
  }
}
