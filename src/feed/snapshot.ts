import { type Db, selectFollowed, type Tx } from '../db/index.ts';
import { endsAccess, serverStreamId } from '../log/index.ts';
import type { Channel } from './channel.ts';

/** The bounds of a stream. */
export interface StreamHead {
  readonly lastSeq: number;
  readonly floorSeq: number;
}

/** A conversation that the viewer may follow. */
export interface FollowedStream extends StreamHead {
  readonly streamId: bigint;
  /** The first seq that the viewer may read. */
  readonly fromSeq: number;
  /** The entry with which the viewer joined. */
  readonly joinedSeq: number;
  readonly readSeq: number;
}

/** Everything that a viewer follows at one moment. */
export interface Snapshot {
  readonly epoch: string;
  readonly account: StreamHead;
  /** The server's stream, which everybody follows. Its entries from before the viewer signed up are not for them. */
  readonly server: Omit<FollowedStream, 'readSeq'>;
  /** In order of stream id. */
  readonly conversations: readonly FollowedStream[];
}

// Below every dialect's limit on the parameters of a statement.
const idsAtOnce = 900;

/** Reads what the user follows. `only` restricts it to one conversation. Throws ChatError UNAVAILABLE. */
export function readSnapshot(db: Db, userId: bigint, only?: bigint): Promise<Snapshot> {
  return db.snapshot(async (tx) => {
    const [accesses, user] = await Promise.all([
      selectFollowed(tx, userId, only),
      tx.user.findUnique({ where: { id: userId }, select: { noticesAfterSeq: true } }),
    ]);
    const heads = await readHeads(tx, [userId, serverStreamId, ...accesses.map(({ conversationId }) => conversationId)]);
    const absent: StreamHead = { lastSeq: 0, floorSeq: 0 };
    const noticed = (user?.noticesAfterSeq ?? 0) + 1;
    return {
      epoch: db.epoch,
      account: heads.get(userId) ?? absent,
      server: { streamId: serverStreamId, fromSeq: noticed, joinedSeq: noticed, ...(heads.get(serverStreamId) ?? absent) },
      conversations: accesses.map(({ conversationId, fromSeq, joinedSeq, readSeq }) => {
        const { lastSeq, floorSeq } = heads.get(conversationId) ?? absent;
        return { streamId: conversationId, fromSeq, joinedSeq, readSeq, lastSeq, floorSeq };
      }),
    };
  });
}

/**
 * Whether the membership that a snapshot shows ended before its stream was attached: while channels were opened, or while other streams
 * were replayed to a slow client. The channel does not deliver that entry again. Throws ChatError UNAVAILABLE.
 */
export async function hasEnded(
  { streamId, lastSeq, joinedSeq }: Snapshot['server'],
  channel: Pick<Channel, 'lastSeq' | 'recent'>,
  { db, userId }: { readonly db: Db; readonly userId: bigint },
): Promise<boolean> {
  if (streamId === serverStreamId || channel.lastSeq() <= lastSeq) return false;
  const passed = channel.recent(lastSeq);
  if (passed !== null) return passed.some((entry) => endsAccess(entry, userId));
  const { conversations } = await readSnapshot(db, userId, streamId);
  return conversations[0]?.joinedSeq !== joinedSeq;
}

async function readHeads(tx: Tx, ids: readonly bigint[]): Promise<ReadonlyMap<bigint, StreamHead>> {
  const heads = new Map<bigint, StreamHead>();
  for (let from = 0; from < ids.length; from += idsAtOnce) {
    const where = { id: { in: ids.slice(from, from + idsAtOnce) } };
    for (const { id, ...head } of await tx.stream.findMany({ where, select: { id: true, lastSeq: true, floorSeq: true } }))
      heads.set(id, head);
  }
  return heads;
}
