import type { Membership } from '../group/index.ts';
import type { Page } from '../page.ts';
import type { ServerKey } from '../server-key.ts';
import { lastMessages, unreadCounts, unreadTotals } from './counts.ts';
import { createFingerprints } from './fingerprint.ts';
import { type Placed, readHistory } from './history.ts';
import { markDelivered, markRead } from './marker.ts';
import type { HistoryRequest, Messages } from './message.ts';
import type { MessageParts } from './parts.ts';
import { send } from './send.ts';
import { type Range, readMessageRange, readMessages } from './store.ts';
import { readTimelineRange } from './timeline.ts';

/** Makes the message module. `keys`: the first makes fingerprints, all verify them; at least one. */
export function createMessages({ keys, ...rest }: Omit<MessageParts, 'fingerprints'> & { readonly keys: readonly ServerKey[] }): Messages {
  const parts: MessageParts = { ...rest, fingerprints: createFingerprints(keys) };
  const { db, log } = parts;

  async function history<T extends Placed>(
    { conversationId, fromSeq }: Membership,
    request: HistoryRequest,
    read: (range: Range) => Promise<readonly T[]>,
  ): Promise<Page<T>> {
    const to = request.upTo ?? (await log.heads([conversationId])).get(conversationId)?.lastSeq ?? 0;
    return readHistory((range) => read({ ...range, conversationId }), { from: fromSeq, to }, request);
  }

  return {
    send: (viewer, request) => send(parts, viewer, request),
    markDelivered: (viewer, mark) => markDelivered(parts, viewer, mark),
    markRead: (viewer, mark) => markRead(parts, viewer, mark),
    byRefs: (refs) => readMessages(db.client, refs),
    messages: (access, request) => history(access, request, (range) => readMessageRange(db.client, range)),
    timeline: (access, request) => history(access, request, (range) => readTimelineRange(db.client, range)),
    last: (accesses) => lastMessages(parts, accesses),
    unread: (of) => unreadCounts(parts, of),
    unreadTotals: (viewer) => unreadTotals(parts, viewer),
  };
}
