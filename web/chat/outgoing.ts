import { createOutbox, type Draft, type ListedStorage, storageMessages } from '../../client/index.ts';
import type { Ask } from '../api/ask.ts';
import { newId } from '../api/new-id.ts';
import { SendMessageDocument, type SendMessageInput } from '../generated/graphql.ts';
import type { Refused, Said, Waiting } from './state.ts';

/** What happens to a sent message. */
export interface Outcomes {
  /** The messages that are not answered yet. */
  waiting(messages: readonly Waiting[]): void;
  stored(conversationId: string, message: Said): void;
  refused(refused: Refused): void;
}

/** Sends messages and retries until they are answered. */
export interface Outgoing {
  say(draft: Draft<SendMessageInput>): void;
  /** Sends at once what waits, as when the server is reachable again. */
  again(): void;
  /** Gives up a message that is not sent yet, for example one that a proxy refuses each time. */
  discard(clientMessageId: string): void;
  stop(): void;
}

/**
 * Creates it. Unsent messages are kept in the tab's storage, so that a reload or a new sign-in loses none. The outbox of `mpim-client`
 * ensures that each is stored once, and in order.
 */
export function createOutgoing(ask: Ask, storage: ListedStorage, userId: string, outcomes: Outcomes): Outgoing {
  const kept = storageMessages<SendMessageInput>(storage, `unsent of ${userId}`);
  const outbox = createOutbox({
    async send(input: SendMessageInput) {
      const { sendMessage: answer } = await ask(SendMessageDocument, { input });
      if (answer.messageEdge !== null) outcomes.stored(input.conversationId, answer.messageEdge.node);
      return answer;
    },
    newId,
    onRetry: () => show(),
    onRefused: (draft, { message: why }) => outcomes.refused({ id: newId(), draft, why }),
    store: {
      load: kept.load,
      save(waiting) {
        kept.save(waiting);
        show(waiting);
      },
    },
  });

  function show(waiting: readonly SendMessageInput[] = outbox.waiting()): void {
    outcomes.waiting(waiting.map((one) => ({ ...one, why: outbox.failureOf(one.clientMessageId)?.message ?? null })));
  }

  function again(): void {
    // What was not refused stays in the outbox.
    for (const answer of outbox.resend()) answer.catch(() => undefined);
  }

  show();
  again();
  return {
    say: (draft) => void outbox.send(draft).catch(() => undefined),
    again,
    discard: outbox.discard,
    stop: () => outbox.stop(),
  };
}
