import type { MarkerRaise, StreamKind, StreamRow, Tx } from '../db/index.ts';
import type { Effect } from './effect.ts';
import type { Entry, NewEntry, NewMessage } from './entry.ts';

/**
 * Something that a decision depends on and that is read under the locks. `read` takes many keys, so that appends that share a commit also
 * share their reads. Results are in the order of `keys`.
 */
export interface Fact<K, V> {
  readonly name: string;
  /** Identifies a key within the fact. */
  readonly key: (key: K) => string;
  readonly read: (tx: Tx, keys: readonly K[]) => Promise<readonly V[]>;
}

/** What a decision may read: only what cannot change before the commit. */
export interface Inside {
  /** The database's clock, but never earlier than the last entry of any locked stream. */
  readonly now: Date;
  /** The head of a locked stream before this commit, or null if the stream does not exist. Throws if the stream is not in `lock`. */
  head(streamId: bigint): StreamRow | null;
  read<K, V>(fact: Fact<K, V>, key: K): Promise<V>;
}

/** The columns of a stream's row that move with its entries. */
export type Head = Pick<
  StreamRow,
  'lastSeq' | 'lastOrdinal' | 'activeAt' | 'lastSenderId' | 'lastMessageSeq' | 'otherMessageSeq' | 'changedSeq'
>;

/** The seq of the newest message that was not sent by this user; 0 if there is none. */
export function newestByOther({ lastSenderId, lastMessageSeq, otherMessageSeq }: Head, userId: bigint): number {
  return lastSenderId === userId ? otherMessageSeq : lastMessageSeq;
}

/** An entry to log, its stream, and the user who caused it. */
export interface EntryToLog {
  readonly stream: bigint;
  readonly actorId: bigint | null;
  readonly entry: NewEntry | NewMessage;
  /** The time of an imported entry. Absent: the time of the commit. It must not be earlier than the previous entry of the stream. */
  readonly at?: Date | undefined;
}

/** The outcome of a decision: what the append will write. */
export interface Verdict<T> {
  /**
   * The streams to create. `entries` and `write` refer to each by its index here, through `Placed.created`. `at`: the creation time of an
   * imported stream.
   */
  readonly create?: readonly { readonly kind: StreamKind; readonly at?: Date | undefined }[];
  /**
   * The entries to log, in order for each stream. `stream` is the id of a locked stream or of a created one. `head` is the same function as
   * `Placed.head`, for entries that name a position in another stream.
   */
  readonly entries?: (created: readonly bigint[], head: Placed['head']) => readonly EntryToLog[];
  /** The members' markers that rise with the entries. */
  readonly markers?: (placed: Placed) => readonly MarkerRaise[];
  /** Row changes that commit with the entries. Those of all appends that share the commit are written together. */
  readonly effects?: (placed: Placed) => readonly Effect[];
  /** Row changes that commit with the entries. Runs in the transaction, possibly more than once. Must touch nothing but `tx`. */
  readonly write?: (tx: Tx, placed: Placed) => Promise<void>;
  /**
   * Data that an entry's hint carries, so that nodes that deliver the entry live need not read it. It describes the state at that entry;
   * `head` is the head of the stream with the entry. It must be plain JSON, so ids are decimal text. undefined: no data. Called before
   * the commit is known to be done.
   */
  readonly along?: (entry: Entry, head: Head) => unknown;
  /** Publishes no hints. Followers of the streams find the entries when heads are compared, as they do after a lost hint. */
  readonly silent?: boolean | undefined;
  /** What the caller is answered after the commit. */
  readonly result: (placed: Placed) => T;
}

/** The positions that an append's entries were given. */
export interface Placed {
  readonly at: Date;
  readonly created: readonly bigint[];
  /** In the order of `Verdict.entries`. */
  readonly entries: readonly Entry[];
  /**
   * The head of a stream right before these entries. It includes entries that other appends of the same commit put there, which the
   * decision has not seen.
   */
  readonly head: (streamId: bigint) => Head;
}

/** One act: the streams that it locks, and how it decides once it holds the locks. */
export interface Append<T> {
  /**
   * Every existing stream that the act writes to or whose facts its decision relies on. The streams are locked in id order before anything
   * is read.
   */
  readonly lock: readonly bigint[];
  /**
   * If given, other appends with keys may put entries on the same streams in the same commit. The decision must hold whatever those entries
   * are, or take account of them through `Placed.head`. Appends with a key in common never share a commit. If absent, the act has its
   * streams to itself.
   */
  readonly keys?: readonly string[];
  /** True if deciding again finds what an earlier run has stored. Where the result of a commit is unknown, it is then simply run again. */
  readonly repeatable?: boolean;
  /**
   * Requests what the decision is certain to read. The requests are sent right behind the locks, and the database answers them under the
   * locks. This saves a round trip if all appends of a commit do so (decision 49). Acts that change users must not use it.
   */
  readonly prefetch?: (read: Inside['read']) => Promise<unknown>;
  /** Throws ChatError to refuse, which leaves nothing. Must have no effect outside the transaction: it may run again after a deadlock. */
  readonly decide: (inside: Inside) => Promise<Verdict<T>>;
}
