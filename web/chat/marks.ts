import type { Ask } from '../api/ask.ts';
import { MarkDeliveredDocument, MarkReadDocument, MarkThreadReadDocument } from '../generated/graphql.ts';

/** Tells the server how far this page has got. */
export interface Marks {
  /** All of a conversation up to `seq` has arrived here. */
  delivered(conversationId: string, seq: number): void;
  /** All up to `seq` was seen. */
  read(conversationId: string, seq: number): void;
  /** All replies up to `seq` were seen, of the thread that this message has begun. */
  threadRead(messageId: string, seq: number): void;
  /** Tells anew what could not be told. */
  again(): void;
}

/** Makes it. One mark of a kind is on its way for each conversation or thread; what is to be told meanwhile is told by one more, for markers only rise. */
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
      // It stays wanted: see `again`.
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
