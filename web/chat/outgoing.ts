import { createOutbox, type Draft, type Outbox, type TextStorage } from '../../client/index.ts';
import type { Ask } from '../api/ask.ts';
import { newId } from '../api/new-id.ts';
import { ResponseError } from '../api/post.ts';
import { SendMessageDocument, type SendMessageInput, type SendMessageMutation } from '../generated/graphql.ts';
import type { Refused, Said } from './state.ts';

/** What happens to a sent message. */
export interface Outcomes {
  /** The messages that are not answered yet. */
  waiting(messages: readonly SendMessageInput[]): void;
  stored(conversationId: string, message: Said): void;
  refused(refused: Refused): void;
}

/** Sends messages and retries until they are answered. */
export interface Outgoing {
  say(draft: Draft<SendMessageInput>): void;
  /** The server is reachable again: sends at once what was waiting for that. */
  again(): void;
  stop(): void;
}

type Answer = SendMessageMutation['sendMessage'];

/**
 * Creates it. Unsent messages are kept in the tab's storage, so that a reload or a new sign-in loses none. The outbox of `mpim-client`
 * ensures that each is stored once, and in order.
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
      // Everything else stays in the outbox: it is sent after the next sign-in.
      if (error instanceof ResponseError && !error.isUnauthenticated) outcomes.refused({ id: newId(), draft, why: error.message });
    }
  }

  // In the order of the outbox, like the answers of `resend`.
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
