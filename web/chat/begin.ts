import { createSocketClient } from '../../client/graphql-ws.ts';
import type { Subscribe } from '../../client/index.ts';
import { createAsk } from '../api/ask.ts';
import type { Session } from '../api/session.ts';
import { EverythingDocument } from '../generated/graphql.ts';
import { type Chat, createChat } from './chat.ts';

// Long enough for a server that is starting, short enough for a user in front of an empty page.
const againMs = 2_000;

/**
 * Reads the first page, with retries, and returns the chat. Null if it was aborted or the session has ended. `signal` aborts when the user
 * has left.
 */
export async function beginChat(session: Session, storage: Storage, signal: AbortSignal): Promise<Chat | null> {
  const ask = createAsk(session, signal);
  while (!signal.aborted) {
    try {
      const { viewer } = await ask(EverythingDocument, {});
      if (signal.aborted) return null;
      if (viewer !== null) return createChat({ session, ask, subscribe: subscribeBy(session, signal), storage, first: viewer });
      await session.signOut();
      return null;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, againMs));
    }
  }
  return null;
}

/** By a socket, which the first subscription opens. It does not reconnect by itself: the chat subscribes again, with its current positions. */
function subscribeBy({ token }: Session, signal: AbortSignal): Subscribe {
  return createSocketClient({ url: `${location.origin.replace('http', 'ws')}/graphql`, token, signal: () => signal }).subscribe;
}
