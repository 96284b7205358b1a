import { createSocketClient } from '../../client/graphql-ws.ts';
import { createAsk } from '../api/ask.ts';
import type { Session } from '../api/session.ts';
import { EverythingDocument } from '../generated/graphql.ts';
import { type Chat, createChat } from './chat.ts';

// Long enough for a server that starts, short enough for who waits before an empty page.
const againMs = 2_000;

/** Reads everything, as often as that takes, and answers the chat; null: it was called off, or nobody is signed in any more. */
export async function beginChat(session: Session, storage: Storage, signal: AbortSignal): Promise<Chat | null> {
  const ask = createAsk(session);
  while (!signal.aborted) {
    try {
      const { viewer } = await ask(EverythingDocument, {});
      if (signal.aborted) return null;
      if (viewer !== null) return createChat({ session, ask, socket: openSocket(session), storage, first: viewer });
      await session.signOut();
      return null;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, againMs));
    }
  }
  return null;
}

/** Opened by the first subscription. It does not come back by itself: the chat does, with the positions that it has by then. */
function openSocket({ token }: Session): ReturnType<typeof createSocketClient> {
  return createSocketClient({ url: `${location.origin.replace('http', 'ws')}/graphql`, token });
}
