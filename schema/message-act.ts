import type { MessageRef } from '../src/message/index.ts';
import { Message } from './message.ts';
import type { PayloadBuilder } from './mutation.ts';

/** The payload of a mutation on a message. */
export function messageFields(t: PayloadBuilder<{ readonly message: MessageRef }>) {
  return {
    message: t.field({
      type: Message,
      nullable: true,
      description: 'The message in its current state, or null if the mutation was refused.',
      async resolve({ message }, _args, { scope: { loaders } }) {
        if (message === undefined) return null;
        // Others may have changed the message since. The conversation is read first, so nothing is older than its lastSeq.
        await loaders.conversations.load(message.conversationId);
        return loaders.messages.load(message);
      },
    }),
  };
}
