import type { Ask } from '../api/ask.ts';
import { MarkDeliveredDocument, MarkReadDocument } from '../generated/graphql.ts';

/** Tells the server how far this page has got. */
export interface Marks {
  /** All of a conversation up to `seq` has arrived here. */
  delivered(conversationId: string, seq: number): void;
  /** All up to `seq` was seen. */
  read(conversationId: string, seq: number): void;
  /** Tells anew what could not be told. */
  again(): void;
}

/** Makes it. One mark of a kind is on its way for each conversation; what is to be told meanwhile is told by one more, for markers only rise. */
export function createMarks(ask: Ask): Marks {
  const delivered = createMarker((conversationId, seq) => ask(MarkDeliveredDocument, { input: { conversationId, seq } }));
  const read = createMarker((conversationId, seq) => ask(MarkReadDocument, { input: { conversationId, seq } }));
  return {
    delivered: delivered.raise,
    read: read.raise,
    again() {
      delivered.again();
      read.again();
    },
  };
}

function createMarker(tell: (conversationId: string, seq: number) => Promise<unknown>) {
  const wanted = new Map<string, number>();
  const under = new Set<string>();

  async function run(conversationId: string): Promise<void> {
    if (under.has(conversationId)) return;
    under.add(conversationId);
    try {
      for (let told = 0; told < (wanted.get(conversationId) ?? 0); ) {
        const seq = wanted.get(conversationId) ?? 0;
        await tell(conversationId, seq);
        told = seq;
      }
      wanted.delete(conversationId);
    } catch {
      // It stays wanted: see `again`.
    } finally {
      under.delete(conversationId);
    }
  }

  return {
    raise(conversationId: string, seq: number): void {
      wanted.set(conversationId, Math.max(seq, wanted.get(conversationId) ?? 0));
      void run(conversationId);
    },
    again(): void {
      for (const conversationId of wanted.keys()) void run(conversationId);
    },
  };
}
