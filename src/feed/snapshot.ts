import { type Db, selectFollowed, type Tx } from '../db/index.ts';
import { endsAccess, serverStreamId } from '../log/index.ts';
import type { Channel } from './channel.ts';

/** How far a stream reaches. */
export interface StreamHead {
  readonly lastSeq: number;
  readonly floorSeq: number;
}

/** A conversation that the viewer may follow. */
export interface FollowedStream extends StreamHead {
  readonly streamId: bigint;
  /** The first seq they may read. */
  readonly fromSeq: number;
  /** With which entry they came. */
  readonly joinedSeq: number;
  readonly readSeq: number;
}

/** All that a viewer follows, as of one moment. */
export interface Snapshot {
  readonly epoch: string;
  readonly account: StreamHead;
  /** The server's own, which everybody follows; what it told before they signed up is not for them. */
  readonly server: Omit<FollowedStream, 'readSeq'>;
  /** In order of stream id. */
  readonly conversations: readonly FollowedStream[];
}

// Under every dialect's bound on parameters of one statement.
const idsAtOnce = 900;

/** Reads what the user follows; `only` narrows it to one conversation. Throws ChatError UNAVAILABLE. */
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
 * Whether the stay that a snapshot shows has ended before its stream was attached: while streams were held, or others were replayed to a slow client. Nobody
 * will tell of that again. Throws ChatError UNAVAILABLE.
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
