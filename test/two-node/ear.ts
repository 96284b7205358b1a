import { print } from 'graphql';
import { type EventStream, subscribeOverHttp } from '../gateway/http.ts';
import { socketClient } from '../support/client.ts';
import { FollowConversationDocument, FollowDocument, type FollowedFragment, FollowedFragmentDoc } from '../support/generated/graphql.ts';
import { type Ending, listening } from '../support/listening.ts';

/** A live subscription, over any transport. */
export interface Ear {
  /** Reads until each of these has matched an event, in any order. */
  hear(...wanted: readonly ((event: FollowedFragment) => boolean)[]): Promise<readonly FollowedFragment[]>;
  /** Reads to the end. Returns the remaining events, and the close code or error code. */
  end(): Promise<{ readonly events: readonly FollowedFragment[]; readonly how: number | string }>;
  stop(): void;
}

/** What to subscribe to. */
export interface Subject {
  /** The URL of the node. */
  readonly url: string;
  readonly token: string;
  /** Everything if absent. */
  readonly conversationId?: string | undefined;
}

/** Subscribes over a WebSocket of its own. Resolves at StreamReady. */
export async function earOnSocket({ url, token, conversationId }: Subject): Promise<Ear> {
  const client = socketClient(url, token);
  const events =
    conversationId === undefined
      ? listening(client, 'events', FollowDocument, {})
      : listening(client, 'conversationEvents', FollowConversationDocument, { conversationId });
  await events.ready();
  return {
    hear: hearing(() => events.next()),
    async end() {
      const { events: rest, ending } = await events.end();
      return { events: rest, how: codeOf(ending) };
    },
    stop: () => client.terminate(),
  };
}

/** Subscribes over HTTP, by server-sent events. Resolves at StreamReady. */
export async function earOnStream({ url, token, conversationId }: Subject): Promise<Ear> {
  const field = conversationId === undefined ? 'events' : 'conversationEvents';
  const call = conversationId === undefined ? field : `${field}(conversationId: "${conversationId}")`;
  const query = `subscription { ${call} { ...Followed } } ${print(FollowedFragmentDoc)}`;
  const stream = await subscribeOverHttp(url, query, { authorization: `Bearer ${token}` });

  async function next(): Promise<FollowedFragment> {
    const result = await read(stream, field);
    if (typeof result === 'string') throw new Error(`the subscription ended: ${result}`);
    return result;
  }

  const hear = hearing(next);
  await hear(({ __typename }) => __typename === 'StreamReady');
  return {
    hear,
    async end() {
      const events: FollowedFragment[] = [];
      for (;;) {
        const result = await read(stream, field);
        if (typeof result !== 'string') events.push(result);
        else if ((await stream.next()) === null) return { events, how: result };
        else throw new Error('an error was not the last thing that came');
      }
    },
    stop: () => void stream.cancel(),
  };
}

/** Returns whether an event is the sending of a message with this text. */
export function says(text: string): (event: FollowedFragment) => boolean {
  return (event) => event.__typename === 'MessageSent' && event.messageEdge?.node.text === text;
}

/**
 * The close codes with which a node refuses the socket of a session that is over: 4403 for its token, or 1013 for everybody once it has
 * noticed that Redis is away, because it cannot watch accounts then.
 */
export const turnedAway: readonly (number | string)[] = [4403, 1013];

/** Returns the close code with which a node refuses the connection, or the error code with which it refuses the subscription. */
export async function refusalOnSocket({ url, token }: Subject): Promise<number | string> {
  return codeOf((await listening(socketClient(url, token), 'events', FollowDocument, {}).end()).ending);
}

/** Returns the next event, or the code of the error in its place. */
async function read(stream: EventStream, field: string): Promise<FollowedFragment | string> {
  const { data, errors } = ((await stream.next()) ?? {}) as {
    readonly data?: Readonly<Record<string, FollowedFragment>>;
    readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
  };
  const event = data?.[field];
  if (event !== undefined && errors === undefined) return event;
  return errors?.[0]?.extensions.code ?? 'complete';
}

function hearing(next: () => Promise<FollowedFragment>): Ear['hear'] {
  return async (...wanted) => {
    const heard: FollowedFragment[] = [];
    const missing = new Set(wanted);
    while (missing.size > 0) {
      const event = await next();
      heard.push(event);
      for (const fits of missing) if (fits(event)) missing.delete(fits);
    }
    return heard;
  };
}

function codeOf(ending: Ending): number | string {
  if (ending.how === 'closed') return ending.code;
  return ending.how === 'complete' ? ending.how : String(ending.errors[0]?.extensions?.['code']);
}
