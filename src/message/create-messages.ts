import type { ServerKey } from '../server-key.ts';
import { allowAll, type Screen } from '../words/index.ts';
import { type Approval, noApproval } from './approval.ts';
import { repairAttachments } from './attachment-repair.ts';
import { createWaitingSieves, lastMessages, mentionCounts, threadCounts, unreadCounts, unreadTotals } from './counts.ts';
import { edit } from './edit.ts';
import { listEdits } from './edits.ts';
import { createFingerprints } from './fingerprint.ts';
import { sendFirstMessage } from './first-message.ts';
import { clear, hide } from './hide.ts';
import { MarkQueue } from './mark-queue.ts';
import { markUnread } from './mark-unread.ts';
import type { Messages } from './messages.ts';
import { reactionsBy, votesBy } from './own-acts.ts';
import { createPages } from './pages.ts';
import type { MessageParts } from './parts.ts';
import { pin, unpin } from './pin.ts';
import { closeDue, closePoll, votePoll } from './poll.ts';
import { countVotes, listVoters, readChoices } from './poll-list.ts';
import { listReaders, readReaches, tellingOf, tellReading } from './reach.ts';
import { addReaction, removeReaction } from './reaction.ts';
import { countReactions, listOwnReactions, listReactors } from './reaction-list.ts';
import { recall } from './recall.ts';
import { removeAll } from './remove-all.ts';
import { listSaid } from './said.ts';
import { readScheduledContent, requireSendable } from './schedulable.ts';
import { forward, send } from './send.ts';
import { SignalTeller } from './signal.ts';
import { readHidden, readMessages } from './store.ts';
import { createThreadLists } from './thread-list.ts';
import { markThreadRead } from './thread-mark.ts';
import { listParticipants } from './thread-participants.ts';
import { TypingTeller } from './typing.ts';

interface Given extends Omit<MessageParts, 'fingerprints' | 'screen' | 'approval'> {
  readonly keys: readonly ServerKey[];
  readonly screen?: Screen | undefined;
  readonly approval?: Approval | undefined;
}

/**
 * Makes the message module.
 *
 * - `keys`: the first makes fingerprints, all verify them. At least one.
 * - `screen`: blocked words; absent: none.
 * - `approval`: the check that is asked before a message is stored or edited; absent: none.
 */
export function createMessages({ keys, screen = allowAll, approval = noApproval, ...rest }: Given): Messages {
  const parts: MessageParts = { ...rest, screen, approval, fingerprints: createFingerprints(keys) };
  const { db } = parts;

  const marks = new MarkQueue(parts);
  const typing = new TypingTeller(parts);
  const signals = new SignalTeller(parts);
  return {
    send: async (viewer, request, settling) => send(parts, viewer, request, settling),
    readLater: (request) => readScheduledContent(parts, request),
    requireSendable: (inside, viewer, request) => requireSendable(parts, inside, viewer, request),
    forward: async (viewer, request) => forward(parts, viewer, request),
    edit: async (viewer, change) => edit(parts, viewer, change),
    recall: (viewer, ref) => recall(parts, viewer, ref),
    addReaction: async (viewer, reacting) => addReaction(parts, viewer, reacting),
    removeReaction: async (viewer, reacting) => removeReaction(parts, viewer, reacting),
    votePoll: async (viewer, voting) => votePoll(parts, viewer, voting),
    closePoll: (viewer, ref) => closePoll(parts, viewer, ref),
    closeDue: (ref) => closeDue(parts, ref),
    pin: (viewer, ref) => pin(parts, viewer, ref),
    unpin: (viewer, ref) => unpin(parts, viewer, ref),
    hide: (viewer, ref) => hide(parts, viewer, ref),
    clear: async (viewer, clearing) => clear(parts, viewer, clearing),
    markUnread: async (viewer, mark) => markUnread(parts, viewer, mark),
    markDelivered: (viewer, mark) => marks.delivered(viewer, mark),
    markRead: (viewer, mark) => marks.read(viewer, mark),
    markThreadRead: async (viewer, mark) => markThreadRead(parts, viewer, mark),
    byRefs: (refs) => readMessages(db.client, refs),
    hidden: ({ userId }, refs) =>
      readHidden(
        db.client,
        refs.map((ref) => ({ ...ref, userId })),
      ),
    ...createPages(parts),
    ...createThreadLists(parts),
    repairAttachments: (from, signal) => repairAttachments(parts, from, signal),
    edits: (requests) => listEdits(db.client, requests),
    reactions: (refs) => countReactions(db.client, refs),
    ownReactions: ({ userId }, refs) => listOwnReactions(db.client, userId, refs),
    reactors: (requests) => listReactors(db.client, requests),
    votes: (refs) => countVotes(db.client, refs),
    ownVotes: ({ userId }, refs) =>
      readChoices(
        db.client,
        refs.map(({ conversationId, seq }) => ({ conversationId, seq, userId })),
      ),
    voters: (requests) => listVoters(db.client, requests),
    last: (accesses) => lastMessages(parts, accesses),
    unread: (of) => unreadCounts(parts, of),
    mentions: (of) => mentionCounts(parts, of),
    waiting: createWaitingSieves(parts),
    threadParticipants: (of) => listParticipants(db.client, of),
    threadUnread: (of) => threadCounts(parts, of),
    unreadTotals: (viewer) => unreadTotals(parts, viewer),
    reach: (of, viewerId) => readReaches(parts, of, viewerId),
    readers: (of) => listReaders(parts, of),
    removeAll: (userId, what, signal) => removeAll(parts, { userId, what }, signal),
    reactionsBy: (userId, options) => reactionsBy(db.client, userId, options),
    votesBy: (userId, options) => votesBy(db.client, userId, options),
    messagesBy: (userId, options) => listSaid(db.client, userId, options),
    receiptsTelling: (viewer) => tellingOf(parts, viewer),
    tellReading: (of) => tellReading(parts, of),
    sendFirstMessage: (ref, first) => sendFirstMessage(parts, ref, first),
    setTyping: (viewer, what) => typing.tell(viewer, what),
    sendSignal: (viewer, signal) => signals.tell(viewer, signal),
    [Symbol.asyncDispose]: () => marks[Symbol.asyncDispose](),
  };
}
