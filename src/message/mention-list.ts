import { byKey, type Db, selectPages, sql } from '../db/index.ts';
import { filledPage } from '../filled-page.ts';
import { together } from '../together.ts';
import { type Held, unreadRange } from './counts.ts';
import { everyone } from './mention.ts';
import type { MentionsRequest, Message, MessageRef } from './message.ts';
import type { Messages } from './messages.ts';

/** A range of a conversation's entries in which one member is mentioned. Bounds are inclusive. */
interface MentionRange {
  readonly conversationId: bigint;
  readonly userId: bigint;
  readonly firstSeq: number;
  readonly from: number;
  readonly to: number;
  readonly lastSeq: number;
  readonly limit: number;
}

// As many lists as a page of conversations has. Each reads two ranges.
const listsAtOnce = 100;

/** Makes the list of mentions of a member. Requests of one turn of the event loop are read together. */
export function createMentionList(db: Db, messageAt: (ref: MessageRef) => Promise<Message | null>): Messages['mentioning'] {
  const placesIn = together((ranges: readonly MentionRange[]) => readPlaces(db, ranges), {
    atOnce: listsAtOnce,
    name: (range) => Object.values(range).join(),
  });

  async function readPage(held: Held, { first, after, unread }: MentionsRequest) {
    const { conversationId, userId, firstSeq, afterSeq, lastSeq } = unreadRange(held);
    const from = unread === true ? afterSeq + 1 : firstSeq;
    // The viewer may have read further since the conversation was read.
    const end = unread === false ? Math.min(afterSeq, lastSeq) : lastSeq;
    const to = Math.min(end, (after ?? Number.POSITIVE_INFINITY) - 1);
    if (from > to) return { items: [], hasNextPage: false };
    const places = await placesIn({ conversationId, userId, firstSeq, from, to, lastSeq, limit: first + 1 });
    const page = places.slice(0, first);
    // A message that is trimmed between the two reads is left out.
    const items = await Promise.all(
      page.map(async ({ messageSeq, seq }) => {
        const message = await messageAt({ conversationId, seq: messageSeq });
        return message === null ? [] : [{ message, seq }];
      }),
    );
    return { items: items.flat(), hasNextPage: places.length > first, end: page.at(-1)?.seq };
  }

  return (held, request) => filledPage(request, (page) => readPage(held, page));
}

interface Place {
  readonly messageSeq: number;
  readonly seq: number;
}

/** Returns the mentions of each member, newest first. Mentions by name and mentions of everyone are two ranges of the key. */
async function readPlaces(db: Db, ranges: readonly MentionRange[]): Promise<readonly (readonly Place[])[]> {
  const rests = ranges.flatMap((range) => [mentionsOf(range, range.userId), mentionsOf(range, everyone)]);
  const found = await selectPages(db, db.client, { model: 'Mention', rests, ...byKey });
  return ranges.map(({ limit }, place) =>
    found
      .slice(2 * place, 2 * place + 2)
      .flat()
      .toSorted((one, other) => other.seq - one.seq)
      .slice(0, limit),
  );
}

// A message is listed once, at its newest mention. The conditions are scalar subqueries, which are evaluated once for each row that is
// read: MariaDB does not materialize these.
function mentionsOf({ conversationId, userId, firstSeq, from, to, lastSeq, limit }: MentionRange, mentionedId: bigint) {
  return sql`conversationId = ${conversationId} AND userId = ${mentionedId} AND seq >= ${from} AND seq <= ${to}
    AND byId <> ${userId} AND messageSeq >= ${firstSeq}
    AND (SELECT 1 FROM HiddenMessage h WHERE h.userId = ${userId} AND h.conversationId = Mention.conversationId AND h.seq = Mention.messageSeq LIMIT 1) IS NULL
    AND (SELECT 1 FROM Mention o WHERE o.conversationId = Mention.conversationId AND o.messageSeq = Mention.messageSeq AND o.userId IN (${everyone}, ${userId})
      AND o.seq <= ${lastSeq} AND (o.seq > Mention.seq OR (o.seq = Mention.seq AND o.userId < Mention.userId)) LIMIT 1) IS NULL
    ORDER BY conversationId DESC, userId DESC, seq DESC LIMIT ${limit}`;
}
