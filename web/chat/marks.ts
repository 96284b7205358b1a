import type { Ask } from '../api/ask.ts';
import { MarkDeliveredDocument, MarkReadDocument, MarkThreadReadDocument } from '../generated/graphql.ts';

/** Sends the markers of this page to the server. */
export interface Marks {
  /** Everything up to `seq` was delivered here. */
  delivered(conversationId: string, seq: number): void;
  /** Everything up to `seq` was read. */
  read(conversationId: string, seq: number): void;
  /** All replies up to `seq` in the thread with this root were read. */
  threadRead(messageId: string, seq: number): void;
  /** Sends again what could not be sent. */
  again(): void;
}

/**
 * Creates it. At most one request per kind and conversation or thread is under way. Marks that come meanwhile are sent as one more
 * request, because markers only rise.
 */
export function createMarks(ask: Ask): Marks {
  const delivered = createMarker((conversationId, seq) => ask(MarkDeliveredDocument, { input: { conversationId, seq } }));
  const read = createMarker((conversationId, seq) => ask(MarkReadDocument, { input: { conversationId, seq } }));
  const threadRead = createMarker((messageId, seq) => ask(MarkThreadReadDocument, { input: { messageId, seq } }));
  return {
    delivered: delivered.raise,
    read: read.raise,
    threadRead: threadRead.raise,
    again() {
      delivered.again();
      read.again();
      threadRead.again();
    },
  };
}

function createMarker(tell: (id: string, seq: number) => Promise<unknown>) {
  const wanted = new Map<string, number>();
  const under = new Set<string>();

  async function run(id: string): Promise<void> {
    if (under.has(id)) return;
    under.add(id);
    try {
      for (let told = 0; told < (wanted.get(id) ?? 0); ) {
        const seq = wanted.get(id) ?? 0;
        await tell(id, seq);
        told = seq;
      }
      wanted.delete(id);
    } catch {
      // It stays pending: see `again`.
    } finally {
      under.delete(id);
    }
  }

  return {
    raise(id: string, seq: number): void {
      wanted.set(id, Math.max(seq, wanted.get(id) ?? 0));
      void run(id);
    },
    again(): void {
      for (const id of wanted.keys()) void run(id);
    },
  };
}
