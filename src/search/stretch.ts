import { listShown } from '../db/index.ts';
import type { Conversation } from '../group/index.ts';
import { firstSeen } from '../message/index.ts';
import type { Viewer } from '../user/index.ts';
import type { SearchParts } from './parts.ts';
import type { Place, Resumed } from './place.ts';

/** The part of a conversation that is to be read, from `to` back to `from`. Empty if `to` is less than `from`. */
export interface Stretch extends Pick<Place, 'conversationId' | 'activeAtMs'> {
  readonly from: number;
  readonly to: number;
  /** The most messages that it can have. */
  readonly most: number;
  /** The cost of finding its ends, in messages. Absent if they were known. */
  readonly entering?: number;
}

/** Returns the next stretches to read, of some conversations at a time, in order. Empty when there are no more. */
export type Walk = () => Promise<readonly Stretch[]>;

// Each read sorts all conversations that the viewer is shown (8 ms for 5,000), so there must not be many. Measured: SQLite blocks the
// process for some 10 ms with this many.
const conversationsAtOnce = 250;

/** A conversation, and the first seq that the viewer may see, which was read after the conversation. */
interface Readable {
  readonly conversation: Conversation;
  readonly firstSeq: number;
}

/** Returns those of the conversations that exist and of which the viewer is a member, in order. */
export async function readableOf(
  { groups }: Pick<SearchParts, 'groups'>,
  { userId }: Viewer,
  ids: readonly bigint[],
): Promise<readonly Readable[]> {
  const standing = (await groups.byIds(ids)).filter((one) => one !== null);
  const accesses = await groups.memberships(standing.map(({ id: conversationId }) => ({ conversationId, userId })));
  return standing.flatMap((conversation, place) => {
    const access = accesses[place];
    return access?.shown ? [{ conversation, firstSeq: firstSeen(access) }] : [];
  });
}

/** Creates the walk for a search of one conversation. */
export function walkThroughOne(parts: Pick<SearchParts, 'groups'>, viewer: Viewer, conversationId: bigint, after: Resumed | null): Walk {
  let given = false;
  return async () => {
    if (given) return [];
    given = true;
    return restOf(parts, viewer, { conversationId, activeAtMs: 0, seq: after?.seq ?? Number.POSITIVE_INFINITY });
  };
}

/**
 * Creates the walk for a search of all conversations that the viewer is shown, latest activity first. It continues in the conversation
 * where it stopped, wherever that is in the list by now, and then with the conversations after the place where that one was. So it ends,
 * returns none twice, and misses only conversations that have moved to the front of the list since.
 */
export function walkThroughAll(parts: Pick<SearchParts, 'db' | 'groups'>, viewer: Viewer, after: Resumed | null): Walk {
  let resumed = after;
  let before = after === null ? null : { activeAt: new Date(after.activeAtMs), id: after.conversationId };
  let ended = false;

  async function next(): Promise<readonly Stretch[]> {
    const rows = await listShown(parts.db.client, { userId: viewer.userId, limit: conversationsAtOnce, before });
    before = rows.at(-1) ?? before;
    ended = rows.length < conversationsAtOnce;
    return rows.map((row) => ({
      ...{ conversationId: row.id, activeAtMs: row.activeAt.getTime() },
      ...{ from: firstSeen(row), to: row.lastSeq, most: row.lastOrdinal },
    }));
  }

  return async () => {
    while (resumed !== null || !ended) {
      const place = resumed;
      resumed = null;
      const stretches = place === null ? await next() : await restOf(parts, viewer, place);
      if (stretches.length > 0) return stretches;
    }
    return [];
  };
}

/** Returns what a conversation has before a position. Empty if everything was read, so that a search always advances. */
async function restOf(
  parts: Pick<SearchParts, 'groups'>,
  viewer: Viewer,
  { conversationId, activeAtMs, seq }: Place,
): Promise<readonly Stretch[]> {
  const readable = await readableOf(parts, viewer, [conversationId]);
  const rest = readable.map(({ conversation: { lastSeq, lastOrdinal }, firstSeq }) => ({
    ...{ conversationId, activeAtMs },
    ...{ from: firstSeq, to: Math.min(lastSeq, seq - 1), most: lastOrdinal },
  }));
  return rest.filter(({ from, to }) => from <= to);
}
