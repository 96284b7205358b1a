import type { GraphQLResolveInfo } from 'graphql';
import type { MessageRef } from '../src/message/index.ts';
import type { Viewer } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { type Context, requireViewer } from './context.ts';
import { type Refusable, type Refused, settle, withErrors } from './errors.ts';
import { inputId } from './ids.ts';
import { Message } from './message.ts';
import { payloadName } from './payload-name.ts';

/** The result of a mutation on a message. */
interface ActedShape extends Refusable {
  readonly message?: MessageRef;
}

/** Creates the payload type of a mutation on a message. */
export function messagePayload(mutation: string) {
  return withErrors(
    builder.objectRef<ActedShape>(payloadName(mutation)).implement({
      description: `The payload of \`${mutation}\`.`,
      fields: (t) => ({
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
      }),
    }),
  );
}

/** Runs a mutation on the message that the input names. */
export function actOn(
  context: Context,
  info: GraphQLResolveInfo,
  { messageId, act }: { readonly messageId: string; readonly act: (viewer: Viewer, message: MessageRef) => Promise<MessageRef> },
): Promise<ActedShape | Refused> {
  return settle(context, info, async () => {
    const viewer = requireViewer(context);
    return { message: await act(viewer, inputId('Message', messageId, 'messageId')) };
  });
}
