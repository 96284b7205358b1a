import { createOutbox, type Draft, type Outbox, type TextStorage } from '../../client/index.ts';
import type { Ask } from '../api/ask.ts';
import { newId } from '../api/new-id.ts';
import { ResponseError } from '../api/post.ts';
import { SendMessageDocument, type SendMessageInput, type SendMessageMutation } from '../generated/graphql.ts';
import type { Refused, Said } from './state.ts';

/** What a message that was said becomes. */
export interface Outcomes {
  /** These are not answered yet. */
  waiting(messages: readonly SendMessageInput[]): void;
  stored(conversationId: string, message: Said): void;
  refused(refused: Refused): void;
}

/** Says things, and goes on saying them until they are answered. */
export interface Outgoing {
  say(draft: Draft<SendMessageInput>): void;
  /** The server is there again: nothing waits any longer for want of it. */
  again(): void;
  stop(): void;
}

type Answer = SendMessageMutation['sendMessage'];

/**
 * Makes it. What waits is kept in the tab's storage, so that a reload, or a sign-in that has become necessary, loses nothing of it; the outbox of
 * `mpim-client` sees to it that it is stored once, and in order.
 */
export function createOutgoing(ask: Ask, storage: TextStorage, userId: string, outcomes: Outcomes): Outgoing {
  const key = `unsent of ${userId}`;
  const sleeping = new Set<() => void>();
  const outbox: Outbox<SendMessageInput, Answer> = createOutbox({
    send: async (input) => (await ask(SendMessageDocument, { input })).sendMessage,
    newId,
    wake(wakeUp) {
      sleeping.add(wakeUp);
      return () => void sleeping.delete(wakeUp);
    },
    store: {
      load: () => JSON.parse(storage.getItem(key) ?? '[]'),
      save(waiting) {
        storage.setItem(key, JSON.stringify(waiting));
        outcomes.waiting(waiting);
      },
    },
  });

  async function follow(answer: Promise<Answer>, draft: Draft<SendMessageInput>): Promise<void> {
    try {
      const { messageEdge, errors } = await answer;
      const [refusal] = errors;
      if (refusal !== undefined) outcomes.refused({ id: newId(), draft, why: refusal.message });
      else if (messageEdge !== null) outcomes.stored(draft.conversationId, messageEdge.node);
    } catch (error) {
      // All else means that it goes on waiting: it goes out once somebody has signed in.
      if (error instanceof ResponseError && !error.isUnauthenticated) outcomes.refused({ id: newId(), draft, why: error.message });
    }
  }

  // In the order in which they wait: the answers of `resend` are.
  const left = outbox.waiting();
  outcomes.waiting(left);
  for (const [at, answer] of outbox.resend().entries()) {
    const { clientMessageId: _, ...draft } = left[at] as SendMessageInput;
    void follow(answer, draft);
  }
  return {
    say: (draft) => void follow(outbox.send(draft), draft),
    again() {
      for (const wakeUp of [...sleeping]) wakeUp();
    },
    stop: () => outbox.stop(),
  };
}
