import { listShown } from '../db/index.ts';
import type { Conversation } from '../group/index.ts';
import { firstSeen } from '../message/index.ts';
import type { Viewer } from '../user/index.ts';
import type { SearchParts } from './parts.ts';
import type { Place, Resumed } from './place.ts';

/** What is to be read of a conversation, from `to` back to `from`; nothing where they cross. */
export interface Stretch extends Pick<Place, 'conversationId' | 'activeAtMs'> {
  readonly from: number;
  readonly to: number;
  /** Messages that stand there at most. */
  readonly most: number;
  /** As how many messages it counted to find its ends; absent: they were known. */
  readonly entering?: number;
}

/** Gives what is to be read, some conversations at a time, in order; nothing where all was given. */
export type Walk = () => Promise<readonly Stretch[]>;

// Each time all that the viewer is shown are sorted (8 ms for 5,000), so not many times; measured, SQLite keeps the process for some 10 ms with so many.
const conversationsAtOnce = 250;

/** A conversation as it was read, and the first seq that the viewer sees, which was read after it. */
interface Readable {
  readonly conversation: Conversation;
  readonly firstSeq: number;
}

/** Those of some conversations, by their ids, in which the viewer is and which stand, in order. */
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

/** A search of one conversation. */
export function walkThroughOne(parts: Pick<SearchParts, 'groups'>, viewer: Viewer, conversationId: bigint, after: Resumed | null): Walk {
  let given = false;
  return async () => {
    if (given) return [];
    given = true;
    return restOf(parts, viewer, { conversationId, activeAtMs: 0, seq: after?.seq ?? Number.POSITIVE_INFINITY });
  };
}

/**
 * A search of all that the viewer is shown, latest activity first. It goes on in the conversation where it stopped, wherever that stands by now, and then with
 * those that stand after where it stood: so it ends, gives none twice, and passes over only what has moved to the front of the list since.
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

/** What of a conversation stands before a place; nothing where all of it was read, so that a search always moves on. */
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
