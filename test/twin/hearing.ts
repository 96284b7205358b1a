import { EventEmitter, once } from 'node:events';
import { type GraphQLField, type GraphQLObjectType, getNamedType, isInterfaceType, isLeafType, isRequiredArgument } from 'graphql';
import type { Client } from 'graphql-ws';
import { schema } from '../../schema/index.ts';
import { selectionOf } from '../authorization/selection.ts';
import type { Person } from '../fuzz/people.ts';
import { socketClient } from '../support/client.ts';
import { rawId } from '../support/raw-sql.ts';

/** An event as it came. */
export type Told = Readonly<Record<string, unknown>>;

/** What one person is told by subscriptions to all events, and to the presence of everybody. */
export interface Hearing extends AsyncDisposable {
  /** Entries by stream, in their order, that came since they were last taken. */
  takeEntries(): ReadonlyMap<string, readonly Told[]>;
  /** What came last of each thing that is in no log, by what it is about. */
  readonly latest: ReadonlyMap<string, Told>;
  /** How it ended; undefined: it goes on. */
  readonly ended: string | undefined;
  /** True where an entry of a stream (as the database numbers both) has come, or does not come here. */
  hasHeard(streamId: string, seq: number): boolean;
  /** Resolves when something comes. Rejects after `ms`. */
  next(ms: number): Promise<void>;
  /** Resolves when it follows all there is. Rejects after some seconds. */
  begun(): Promise<void>;
}

function eventsQuery(): string {
  const event = schema.getType('Event');
  if (!isInterfaceType(event)) throw new Error('there are events');
  // Each type is written once: a node keeps no document as long as all of them in place, and would validate it anew for whoever subscribes.
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
// It is ready within moments; on a machine with other work, within seconds.
const readyMs = 20_000;

/** Begins to listen for somebody; `userIds`: whose presence they want to know. */
export function createHearing(url: string, { token }: Person, userIds: readonly string[]): Hearing {
  const client: Client = socketClient(url, token);
  const came = new EventEmitter().setMaxListeners(0);
  // Of each stream that is followed, how far it was heard.
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

  /** Has each result taken; errors, and how it ends, are an end. */
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
    // It ends alone where so many may not be watched.
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

/** What an event that is in no log is about. */
function aboutOf(event: Told): string {
  const { __typename, conversationId, streamId, conversation, membership, user } = event;
  const ids = [conversation, membership, user].map((one) => (one as { readonly id?: string } | null | undefined)?.id);
  return [__typename, conversationId, streamId, ...ids].filter((part) => part !== undefined).join(' ');
}

function inWords(error: unknown): string {
  if (Array.isArray(error)) return JSON.stringify(error);
  return typeof error === 'object' && error !== null && 'code' in error ? `closed ${String(error.code)}` : String(error);
}
