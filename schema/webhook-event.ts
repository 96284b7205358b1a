import { type ExecutionResult, execute, type GraphQLSchema, parse } from 'graphql';
import type { Chat } from '../src/chat.ts';
import type { StreamKind } from '../src/db/index.ts';
import { ChatError } from '../src/errors.ts';
import type { Entry } from '../src/log/index.ts';
import type { PendingMessage } from '../src/message/index.ts';
import { type Context, forEveryone } from './context.ts';
import { inConversation, standsOn } from './event.ts';
import { formatId } from './ids.ts';
import { jsonObject } from './scalars.ts';

/**
 * The document whose result apps receive for an event: everything that is the same for all viewers. All its fields must be shareable
 * (test/schema/webhook-event.test.ts), because there is no viewer.
 */
export const webhookDocument = parse(`
  subscription Webhook {
    events {
      ... on LogEvent { at streamId seq }
      ... on ConversationEvent {
        actor { ...Person }
        conversation { __typename id ... on Group { name } }
      }
      ... on MessageSent { messageEdge { cursor node { ...Said } } }
      ... on MessageEdited { message { ...Said } }
      ... on MessageRecalled { message { ...Said } }
      ... on ReactionsChanged { message { ...Said } emoji added }
      ... on PollVoted { message { ...Said } options { id text } }
      ... on PollClosed { message { ...Said } }
      ... on PinChanged { message { ...Said } pinned }
      ... on HistoryTrimmed { untilSeq }
      ... on MemberJoined { user { ...Person } }
      ... on MemberLeft { membershipId user { ...Person } leaveReason }
      ... on MemberChanged { user { ...Person } membership { id role nickname mutedUntil } changedFields }
      ... on GroupChanged {
        group {
          id name description announcement avatarUrl data joinPolicy listed historyForNewcomers invitePolicy postPolicy pinPolicy mentionPolicy
          slowModeSeconds mutedUntil historyDays owner { ...Person }
        }
        changed
      }
    }
  }
  fragment Person on User { id handle displayName avatarUrl isBot }
  fragment Said on Message {
    id seq text sentAt editedAt recalledAt pinnedAt clientMessageId
    sender { ...Person }
    replyTo { id }
    threadRoot { id }
    mentions { id handle }
    mentionsEveryone
    attachments { url mediaType name size width height durationMs alt }
    data
    poll { options { id text voteCount } voterCount multiple anonymous closesAt closedAt }
    forwardedFrom { user { ...Person } name }
  }
`);

/**
 * Renders entries of a stream for apps, in the given order. Null for an entry that cannot be shown. They are read together. Throws
 * ChatError UNAVAILABLE, and whatever else a field threw, because a part of an event must not be delivered.
 */
export async function showToApps(
  { schema, chat }: { readonly schema: GraphQLSchema; readonly chat: Chat },
  kind: StreamKind,
  entries: readonly Entry[],
): Promise<readonly (object | null)[]> {
  // A context for this call alone: the entries are rendered at once, and nothing stays cached.
  const contextValue = forEveryone({ chat } as Context);
  return await Promise.all(
    entries.map(async (entry) => {
      if (kind === 'ACCOUNT') return showUser(contextValue, entry);
      if (!standsOn('conversation', entry)) return null;
      const rootValue = inConversation(entry);
      return eventIn(await execute({ schema, document: webhookDocument, rootValue, contextValue }));
    }),
  );
}

/** Returns the event of a user for an app. It is not a GraphQL event, because nobody else sees an account's stream. */
async function showUser({ scope }: Context, { streamId, seq, at }: Entry): Promise<object | null> {
  const id = formatId('User', streamId);
  const user = await scope.loaders.users.load(streamId);
  const shown = user && {
    ...{ id, handle: user.handle, displayName: user.displayName, avatarUrl: user.avatarUrl, bio: user.bio, isBot: user.bot },
    // In the same form as in the documents of other events.
    data: user.data === null ? null : (JSON.parse(user.data) as unknown),
  };
  return { at: at.toISOString(), streamId: id, seq, userId: id, user: shown };
}

function eventIn({ data, errors = [] }: ExecutionResult): object | null {
  const causes = errors.map(({ originalError }) => originalError);
  const away = causes.find((cause) => cause instanceof ChatError && cause.code === 'UNAVAILABLE');
  if (away !== undefined) throw away;
  if (errors[0] !== undefined) throw errors[0];
  return (data?.['events'] ?? null) as object | null;
}

/** Returns the message that an app is asked about before it is stored, with the API's ids. */
export function showDraft({ senderId, conversationId, text, attachments, data, poll, clientMessageId, ...refers }: PendingMessage): object {
  const messageId = (ref: PendingMessage['replyTo']) => ref && formatId('Message', ref);
  return {
    conversationId: formatId('Conversation', conversationId),
    conversationKind: refers.conversationKind,
    senderId: formatId('User', senderId),
    text,
    attachments,
    data: data === null ? null : jsonObject.serialize(data),
    poll: poll && { options: poll.options, multiple: poll.multiple, anonymous: poll.anonymous, closesAt: poll.closesAt },
    clientMessageId,
    messageId: messageId(refers.edits),
    forwardedFromId: messageId(refers.forwards),
    replyToId: messageId(refers.replyTo),
    threadRootId: messageId(refers.threadRoot),
  };
}
