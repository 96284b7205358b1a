import type { Ask } from '../api/ask.ts';
import { type PersonFragment, SetTypingDocument } from '../generated/graphql.ts';

// The default of the server's TYPING_MS is 6 s. “Typing” is sent again after half of that.
const lastsMs = 7_000;
const againMs = 2_500;

/** Typing indicators, in both directions. */
export interface Typing {
  /** A user started or stopped typing in a conversation. */
  told(conversationId: string, who: PersonFragment, typing: boolean): void;
  /** The viewer typed something, or cleared the field. */
  typed(conversationId: string, something: boolean): void;
  /** Stops all timers. */
  stop(): void;
}

/** Creates it. `show` is called with the users who are typing in a conversation, whenever they change. */
export function createTyping(ask: Ask, show: (conversationId: string, who: readonly PersonFragment[]) => void): Typing {
  const typists = new Map<string, Map<string, { readonly who: PersonFragment; readonly timer: ReturnType<typeof setTimeout> }>>();
  const said = new Map<string, number>();

  function told(conversationId: string, who: PersonFragment, typing: boolean): void {
    const here = typists.get(conversationId) ?? new Map();
    typists.set(conversationId, here);
    clearTimeout(here.get(who.id)?.timer);
    here.delete(who.id);
    // The “stopped” signal can be lost, so it also ends by itself.
    if (typing) here.set(who.id, { who, timer: setTimeout(() => told(conversationId, who, false), lastsMs) });
    show(
      conversationId,
      [...here.values()].map((one) => one.who),
    );
  }

  return {
    told,
    typed(conversationId, something) {
      const since = performance.now() - (said.get(conversationId) ?? Number.NEGATIVE_INFINITY);
      if (something ? since < againMs : since > lastsMs) return;
      if (something) said.set(conversationId, performance.now());
      else said.delete(conversationId);
      // It does not matter if it cannot be sent.
      ask(SetTypingDocument, { input: { conversationId, typing: something } }).catch(() => undefined);
    },
    stop() {
      for (const here of typists.values()) for (const { timer } of here.values()) clearTimeout(timer);
    },
  };
}
