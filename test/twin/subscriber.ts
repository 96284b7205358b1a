import { EventEmitter, once } from 'node:events';
import { type GraphQLField, type GraphQLObjectType, getNamedType, isInterfaceType, isLeafType, isRequiredArgument } from 'graphql';
import type { Client } from 'graphql-ws';
import { schema } from '../../schema/index.ts';
import { selectionOf } from '../authorization/selection.ts';
import type { Person } from '../fuzz/people.ts';
import { socketClient } from '../support/client.ts';
import { rawId } from '../support/raw-sql.ts';

/** An event as received. */
export type Told = Readonly<Record<string, unknown>>;

/** What one user receives by a subscription to all events, and one to everybody's presence. */
export interface Subscriber extends AsyncDisposable {
  /** Returns the entries since the last call, by stream, in order. */
  takeEntries(): ReadonlyMap<string, readonly Told[]>;
  /** The last event of each subject that is in no log, by subject. */
  readonly latest: ReadonlyMap<string, Told>;
  /** How the subscription ended. Undefined while it goes on. */
  readonly ended: string | undefined;
  /** Whether an entry of a stream (both by the database's numbers) has arrived, or is not to arrive here. */
  hasHeard(streamId: string, seq: number): boolean;
  /** Resolves at the next event. Rejects after `ms`. */
  next(ms: number): Promise<void>;
  /** Resolves once it has caught up. Rejects after some seconds. */
  begun(): Promise<void>;
}

function eventsQuery(): string {
  const event = schema.getType('Event');
  if (!isInterfaceType(event)) throw new Error('there are events');
  // Each type is written once: a node does not cache a document as long as one with all types in place, and would validate it again for
  // each subscription.
  const fragments = new Map<string, string>();
  function shown({ name, type }: GraphQLField<unknown, unknown>): string {
    const named = getNamedType(type);
    if (isLeafType(named)) return name;
    fragments.set(named.name, `fragment ${named.name} on ${named.name} ${selectionOf(named, 1)}`);
    return `${name} { ...${named.name} }`;
  }
  const parts = schema.getPossibleTypes(event).map((one: GraphQLObjectType) => {
    const fields = Object.values(one.getFields()).filter(({ args }) => !args.some(isRequiredArgument));
    return `... on ${one.name} { ${fields.map(shown).join(' ')} }`;
  });
  return `subscription { events { __typename ... on LogEvent { streamId seq } ${parts.join(' ')} } } ${[...fragments.values()].join(' ')}`;
}

const events = eventsQuery();
const presence =
  'subscription ($userIds: [ID!]!) { presence(userIds: $userIds) { __typename status statusText devices lastSeenAt user { id } } }';
// Usually ready at once. Within seconds on a busy machine.
const readyMs = 20_000;

/** Subscribes a user. `userIds`: whose presence to watch. */
export function createSubscriber(url: string, { token }: Person, userIds: readonly string[]): Subscriber {
  const client: Client = socketClient(url, token);
  const came = new EventEmitter().setMaxListeners(0);
  // The position that was received of each followed stream.
  const heard = new Map<string, number>();
  const latest = new Map<string, Told>();
  let entries = new Map<string, Told[]>();
  let ended: string | undefined;
  let ready = false;

  function take(event: Told): void {
    const { __typename, streamId, seq, position, conversationId } = event;
    if (__typename === 'StreamReady') {
      for (const one of event['positions'] as readonly Position[]) heard.set(rawId(one.streamId), one.seq);
      ready = true;
    }
    if (typeof streamId !== 'string' || typeof seq !== 'number') {
      latest.set(aboutOf(event), event);
      return;
    }
    entries.set(streamId, [...(entries.get(streamId) ?? []), event]);
    heard.set(rawId(streamId), seq);
    if (__typename === 'ConversationOpened') heard.set(rawId((position as Position).streamId), (position as Position).seq);
    if (__typename === 'ConversationClosed') heard.delete(rawId(String(conversationId)));
  }

  function endEvents(how: string): void {
    ended ??= how;
  }

  /** Passes on each result. Errors and completion are ends. */
  function listen(query: string, variables: Record<string, unknown>, taking: (event: Told) => void, ending: (how: string) => void): void {
    function end(how: string): void {
      ending(how);
      came.emit('came');
    }
    client.subscribe<Record<string, Told>>(
      { query, variables },
      {
        next({ data, errors }) {
          for (const event of Object.values(data ?? {})) taking(event);
          if (errors !== undefined) end(JSON.stringify(errors));
          came.emit('came');
        },
        error: (error) => end(inWords(error)),
        complete: () => end('complete'),
      },
    );
  }

  async function next(ms: number): Promise<void> {
    await once(came, 'came', { signal: AbortSignal.timeout(ms) });
  }

  listen(events, {}, take, endEvents);
  listen(
    presence,
    { userIds },
    (told) => latest.set(`Presence ${(told['user'] as { readonly id: string }).id}`, told),
    // Only this subscription ends if so many users may not be watched.
    (how) => latest.set('Presence', { how }),
  );
  return {
    latest,
    next,
    takeEntries() {
      const taken = entries;
      entries = new Map();
      return taken;
    },
    get ended() {
      return ended;
    },
    hasHeard: (streamId, seq) => ended !== undefined || (heard.get(streamId) ?? Number.POSITIVE_INFINITY) >= seq,
    async begun() {
      while (!ready && ended === undefined) await next(readyMs);
    },
    async [Symbol.asyncDispose]() {
      await client.dispose();
    },
  };
}

interface Position {
  readonly streamId: string;
  readonly seq: number;
}

/** Returns the subject of an event that is in no log. */
function aboutOf(event: Told): string {
  const { __typename, conversationId, streamId, conversation, membership, user } = event;
  const ids = [conversation, membership, user].map((one) => (one as { readonly id?: string } | null | undefined)?.id);
  return [__typename, conversationId, streamId, ...ids].filter((part) => part !== undefined).join(' ');
}

function inWords(error: unknown): string {
  if (Array.isArray(error)) return JSON.stringify(error);
  return typeof error === 'object' && error !== null && 'code' in error ? `closed ${String(error.code)}` : String(error);
}
