import type { Ask } from '../api/ask.ts';
import { ResponseError } from '../api/post.ts';
import { MarkDeliveredDocument, MarkReadDocument, MarkThreadReadDocument } from '../generated/graphql.ts';

/** Sends the markers of this page to the server. */
export interface Marks {
  /** Everything up to `seq` was delivered here. */
  delivered(conversationId: string, seq: number): void;
  /** Everything up to `seq` was read. */
  read(conversationId: string, seq: number): void;
  /** All replies up to `seq` in the thread with this root were read. */
  threadRead(messageId: string, seq: number): void;
  /** Sends at once what could not be sent, as when the server is reachable again. */
  again(): void;
  stop(): void;
}

// A server that is in trouble or in maintenance is not asked much, and a sender does not wait long to see that a message was read.
const againMs = 5_000;

/**
 * Creates it. At most one request per kind and conversation or thread is under way. Marks that come meanwhile are sent as one more
 * request, because markers only rise. What the server could not store is sent again until it is.
 */
export function createMarks(ask: Ask): Marks {
  const delivered = createMarker(
    async (conversationId, seq) => (await ask(MarkDeliveredDocument, { input: { conversationId, seq } })).markDelivered,
  );
  const read = createMarker(async (conversationId, seq) => (await ask(MarkReadDocument, { input: { conversationId, seq } })).markRead);
  const threadRead = createMarker(
    async (messageId, seq) => (await ask(MarkThreadReadDocument, { input: { messageId, seq } })).markThreadRead,
  );
  const all = [delivered, read, threadRead];
  return {
    delivered: delivered.raise,
    read: read.raise,
    threadRead: threadRead.raise,
    again() {
      for (const marker of all) marker.again();
    },
    stop() {
      for (const marker of all) marker.stop();
    },
  };
}

interface Answer {
  readonly errors: readonly { readonly code: string }[];
}

function createMarker(tell: (id: string, seq: number) => Promise<Answer>) {
  const wanted = new Map<string, number>();
  const under = new Set<string>();
  let retry: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  async function run(id: string): Promise<void> {
    if (stopped || under.has(id)) return;
    under.add(id);
    try {
      for (let told = 0; told < (wanted.get(id) ?? 0); ) {
        const seq = wanted.get(id) ?? 0;
        if (isUnavailable(await tell(id, seq))) return later();
        told = seq;
      }
      wanted.delete(id);
    } catch (error) {
      if (error instanceof ResponseError && error.isMistaken) wanted.delete(id);
      else later();
    } finally {
      under.delete(id);
    }
  }

  function later(): void {
    if (!stopped) retry ??= setTimeout(again, againMs);
  }

  function again(): void {
    clearTimeout(retry);
    retry = undefined;
    for (const id of wanted.keys()) void run(id);
  }

  return {
    raise(id: string, seq: number): void {
      wanted.set(id, Math.max(seq, wanted.get(id) ?? 0));
      void run(id);
    },
    again,
    stop() {
      stopped = true;
      clearTimeout(retry);
    },
  };
}

function isUnavailable({ errors: [refusal] }: Answer): boolean {
  return refusal?.code === 'UNAVAILABLE';
}
