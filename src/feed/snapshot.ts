import { type Db, selectFollowed } from '../db/index.ts';
import { endsAccess, readHeads, serverStreamId } from '../log/index.ts';
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

/** Reads what the user follows. `only` restricts it to one conversation. Throws ChatError UNAVAILABLE. */
export function readSnapshot(db: Db, userId: bigint, only?: bigint): Promise<Snapshot> {
  return db.snapshot(async (tx) => {
    const [accesses, user] = await Promise.all([
      selectFollowed(tx, userId, only),
      tx.user.findUnique({ where: { id: userId }, select: { noticesAfterSeq: true } }),
    ]);
    const rows = await readHeads(tx, [userId, serverStreamId, ...accesses.map(({ conversationId }) => conversationId)]);
    const headOf = (id: bigint): StreamHead => {
      const { lastSeq = 0, floorSeq = 0 } = rows.get(id) ?? {};
      return { lastSeq, floorSeq };
    };
    const noticed = (user?.noticesAfterSeq ?? 0) + 1;
    return {
      epoch: db.epoch,
      account: headOf(userId),
      server: { streamId: serverStreamId, fromSeq: noticed, joinedSeq: noticed, ...headOf(serverStreamId) },
      conversations: accesses.map(({ conversationId, ...access }) => ({ streamId: conversationId, ...access, ...headOf(conversationId) })),
    };
  });
}

/**
 * Whether a membership ended, after `lastSeq`, before its stream was attached: while channels were opened, or while other streams were
 * replayed to a slow client. The channel does not deliver that entry again. Throws ChatError UNAVAILABLE.
 */
export async function hasEnded(
  { streamId, lastSeq, joinedSeq }: Pick<FollowedStream, 'streamId' | 'lastSeq' | 'joinedSeq'>,
  channel: Pick<Channel, 'lastSeq' | 'recent'>,
  { db }: { readonly db: Db },
  userId: bigint,
): Promise<boolean> {
  if (streamId === serverStreamId || channel.lastSeq() <= lastSeq) return false;
  const passed = channel.recent(lastSeq);
  if (passed !== null) return passed.some((entry) => endsAccess(entry, userId));
  const [now] = (await readSnapshot(db, userId, streamId)).conversations;
  return now === undefined || now.joinedSeq > joinedSeq;
}
