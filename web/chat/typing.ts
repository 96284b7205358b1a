import type { Ask } from '../api/ask.ts';
import { type PersonFragment, SetTypingDocument } from '../generated/graphql.ts';

// TYPING_MS of the server is 6 s unless its operators have changed it, and “typing” is told again after half of that.
const lastsMs = 7_000;
const againMs = 2_500;

/** Who types, in both directions. */
export interface Typing {
  /** Somebody types, or does no longer, in a conversation. */
  told(conversationId: string, who: PersonFragment, typing: boolean): void;
  /** The viewer has typed something, or cleared what they typed. */
  typed(conversationId: string, something: boolean): void;
  /** Ends what is under way. */
  stop(): void;
}

/** Makes it. `show` is called with who types in a conversation, whenever that changes. */
export function createTyping(ask: Ask, show: (conversationId: string, who: readonly PersonFragment[]) => void): Typing {
  const typists = new Map<string, Map<string, { readonly who: PersonFragment; readonly timer: ReturnType<typeof setTimeout> }>>();
  const said = new Map<string, number>();

  function told(conversationId: string, who: PersonFragment, typing: boolean): void {
    const here = typists.get(conversationId) ?? new Map();
    typists.set(conversationId, here);
    clearTimeout(here.get(who.id)?.timer);
    here.delete(who.id);
    // That it has ended may have been lost: it ends by itself.
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
      // Of no matter where it cannot be told.
      ask(SetTypingDocument, { input: { conversationId, typing: something } }).catch(() => undefined);
    },
    stop() {
      for (const here of typists.values()) for (const { timer } of here.values()) clearTimeout(timer);
    },
  };
}
