import type { Ask } from '../api/ask.ts';
import { ResponseError } from '../api/post.ts';
import { ThreadDocument } from '../generated/graphql.ts';
import type { Store } from '../store.ts';
import type { InTurn } from './in-turn.ts';
import { type State, type Thread, withThreadRead } from './state.ts';

/** Reads the open thread. What cannot be read without a network is read the next time. */
export interface ThreadReader {
  /** The open thread, named by its root or a reply, or null. */
  lookAt(place: ThreadPlace | null): void;
  /** Loads its first page, unless it is loaded. */
  read(): Promise<void>;
  /** Loads the next page. */
  readLater(): Promise<void>;
  /** Loads pages until a reply is loaded, or gives up if it is too far ahead. */
  readTo(seq: number): Promise<void>;
}

/** Names a thread. */
export type ThreadPlace = Pick<Thread, 'conversationId' | 'by'>;

/** Its parts. */
export interface ThreadReaderParts {
  readonly ask: Ask;
  readonly inTurn: InTurn;
  readonly state: Pick<Store<State>, 'get'>;
  readonly change: (step: (now: State) => State) => void;
}

// In pages of 100. In a longer thread, the user loads the rest by hand.
const mostOn = 25;

/** Creates it. */
export function createThreadReader({ ask, inTurn, state, change }: ThreadReaderParts): ThreadReader {
  let place: ThreadPlace | null = null;

  function held(): Thread | null {
    const { thread } = state.get();
    return thread?.conversationId === place?.conversationId && thread?.by === place?.by ? thread : null;
  }

  async function read({ further }: { readonly further: boolean }): Promise<void> {
    await inTurn(async () => {
      const [wanted, known] = [place, held()];
      if (wanted === null || (known !== null && (!further || known.later === null))) return;
      const { conversationId, by } = wanted;
      const { node } = await ask(ThreadDocument, { id: by, after: known?.later ?? null }).catch(nothingOf);
      if (wanted !== place) return;
      const isHere = node?.__typename === 'Message' && node.conversation.id === conversationId;
      change((now) =>
        isHere ? withThreadRead(now, conversationId, by, node.threadRoot ?? node) : { ...now, thread: null, noThread: true },
      );
    }).catch(() => undefined);
  }

  return {
    lookAt(next) {
      place = next;
      if (held() === null) change((now) => ({ ...now, thread: null, noThread: false }));
    },
    read: () => read({ further: false }),
    readLater: () => read({ further: true }),
    async readTo(seq) {
      for (let pages = 0; pages < mostOn; pages += 1) {
        const { later = null, replies = [] } = held() ?? {};
        if (later === null || (replies.at(-1)?.seq ?? 0) >= seq) return;
        await read({ further: true });
      }
    },
  };
}

/** A malformed id names nothing. */
function nothingOf(error: unknown): { readonly node: null } {
  if (error instanceof ResponseError && error.isMistaken) return { node: null };
  throw error;
}
