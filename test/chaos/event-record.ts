import type { FollowedFragment } from '../support/generated/graphql.ts';
import { brief, type EntryFacts, type Told } from './history.ts';
import { numberIn } from './look.ts';

/** Converts an event for the history. Undefined if the history does not need it. */
export function toldBy(event: FollowedFragment): Told | undefined {
  if ('seq' in event) return { what: 'entry', entry: factsOf(event) };
  switch (event.__typename) {
    case 'StreamReady':
      return { what: 'ready', positions: event.positions.map(({ streamId: stream, seq }) => ({ stream, seq })) };
    case 'ResyncRequired':
      return { what: 'resync', stream: event.resyncStreamId, lastSeq: event.lastSeq, reason: event.resyncReason };
    case 'ViewerMarkersMoved':
      if (event.conversation === null) return undefined;
      return {
        what: 'marker',
        stream: event.conversation.id,
        readSeq: event.conversation.viewerReadSeq,
        unread: event.conversation.viewerUnreadCount,
      };
    case 'SignalReceived':
      return { what: 'heard', stream: event.signalConversationId, by: event.sender?.id ?? '', name: event.name };
    case 'ReceiptMoved':
      return event.conversation === null ? undefined : { what: 'peer-marker', stream: event.conversation.id };
    default:
      return { what: 'odd', detail: JSON.stringify(event) };
  }
}

type Logged = Extract<FollowedFragment, { readonly seq: number }>;

function factsOf(event: Logged): EntryFacts {
  const { streamId: stream, seq, at: loggedAt, __typename: type } = event;
  const place = { stream, seq, type, loggedAt };
  switch (type) {
    case 'MessageSent': {
      const message = event.messageEdge?.node;
      return { ...place, key: message?.clientMessageId ?? undefined, text: brief(message?.text ?? ''), sender: message?.sender?.id };
    }
    case 'MessageEdited':
    case 'MessageRecalled':
      return { ...place, actor: event.actor?.id, target: event.message?.seq, text: brief(event.message?.text ?? '') };
    case 'ReactionsChanged':
      return { ...place, actor: event.actor?.id, target: event.message?.seq, emoji: event.emoji, added: event.added };
    case 'PollVoted':
      // The ids of options count from 1.
      return {
        ...place,
        actor: event.actor?.id,
        target: event.message?.seq,
        choices: event.options?.map(({ id }) => numberIn(id, 2) - 1).join(' '),
      };
    case 'PollClosed':
      return { ...place, actor: event.actor?.id, target: event.message?.seq };
    case 'DraftChanged':
      return { ...place, draft: { of: event.conversationId, text: event.draftEdge?.node.text ?? null } };
    case 'SavedMessageChanged': {
      const edge = event.savedMessageEdge;
      return { ...place, target: numberIn(event.messageId, 1), saved: { of: event.conversationId, note: edge && (edge.note ?? '') } };
    }
    case 'PinChanged':
      return { ...place, target: event.message?.seq, pinned: event.pinned };
    case 'MemberJoined':
    case 'MemberLeft':
    case 'MemberChanged':
      return { ...place, member: event.user?.id };
    case 'ConversationOpened':
      return { ...place, opened: { stream: event.position.streamId, seq: event.position.seq } };
    case 'ConversationClosed':
      return { ...place, closed: event.conversationId };
    default:
      return place;
  }
}
