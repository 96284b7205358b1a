import type { MarkerRaise, StreamKind, StreamRow, Tx } from '../db/index.ts';
import type { Effect } from './effect.ts';
import type { Entry, NewEntry, NewMessage } from './entry.ts';

/**
 * Something a decision depends on, read under the locks. Read by many keys at once, so that appends that share a commit also share
 * their reads. Answers are in the order of `keys`.
 */
export interface Fact<K, V> {
  readonly name: string;
  /** Distinguishes keys within the fact. */
  readonly key: (key: K) => string;
  readonly read: (tx: Tx, keys: readonly K[]) => Promise<readonly V[]>;
}

/** What a decision may see: only what cannot change before the commit. */
export interface Inside {
  /** The database's clock, never before the last entry of any locked stream. */
  readonly now: Date;
  /** A locked stream's head as it stands before this commit; null: no such stream. Throws if the stream is not in `lock`. */
  head(streamId: bigint): StreamRow | null;
  read<K, V>(fact: Fact<K, V>, key: K): Promise<V>;
}

/** What a stream's row says where an entry stands on it. */
export type Head = Pick<
  StreamRow,
  'lastSeq' | 'lastOrdinal' | 'activeAt' | 'lastSenderId' | 'lastMessageSeq' | 'otherMessageSeq' | 'changedSeq'
>;

/** The seq of the newest message that somebody other than the user has sent; 0: there is none. */
export function newestByOther({ lastSenderId, lastMessageSeq, otherMessageSeq }: Head, userId: bigint): number {
  return lastSenderId === userId ? otherMessageSeq : lastMessageSeq;
}

/** An entry that is to be logged, and by whom. */
export interface Asked {
  readonly stream: bigint;
  readonly actorId: bigint | null;
  readonly entry: NewEntry | NewMessage;
  /** When it was, of what was elsewhere before it is logged here; absent: the commit's time. Not before the entry before it on its stream. */
  readonly at?: Date | undefined;
}

/** What an append will do, once decided. */
export interface Verdict<T> {
  /** Streams to create; each is named in `entries` and `write` by its place here, through Placed.created. `at`: of what was before, when it was made there. */
  readonly create?: readonly { readonly kind: StreamKind; readonly at?: Date | undefined }[];
  /** In order per stream. `stream` is a locked stream's id, or `{ created: n }` for the n-th of `create`. `head`: as Placed's, for who names the place of one in another. */
  readonly entries?: (created: readonly bigint[], head: Placed['head']) => readonly Asked[];
  /** Markers of members that rise with the entries. */
  readonly markers?: (placed: Placed) => readonly MarkerRaise[];
  /** Row changes that commit with the entries and are written together with those of others that share the commit. */
  readonly effects?: (placed: Placed) => readonly Effect[];
  /** Row changes that commit with the entries. Runs in the transaction, maybe more than once; must touch nothing but `tx`. */
  readonly write?: (tx: Tx, placed: Placed) => Promise<void>;
  /**
   * What the hint of an entry brings along for those who are told of it live, so that not every node has to read it: as it stands at that
   * entry, with which its stream's head is `head`, in terms of JSON (ids as bigint, times as Date); undefined: nothing.
   */
  readonly along?: (entry: Entry, head: Head) => unknown;
  /** No hints are published: whoever follows the streams finds the entries by comparing heads, like those of which a hint was lost. */
  readonly silent?: boolean | undefined;
  /** What the caller is answered after commit. */
  readonly result: (placed: Placed) => T;
}

/** Where an append's entries came to stand. */
export interface Placed {
  readonly at: Date;
  readonly created: readonly bigint[];
  /** In the order of `entries`. */
  readonly entries: readonly Entry[];
  /** A stream's head right before these entries: with what others have put there in the same commit, which the decision has not seen. */
  readonly head: (streamId: bigint) => Head;
}

/** One act: what it locks, and how it decides once it holds the locks. */
export interface Append<T> {
  /** Every existing stream that is written or whose governed facts are relied on. They are locked in id order before anything is read. */
  readonly lock: readonly bigint[];
  /**
   * Where it is given, others that give theirs may put entries on the same streams in the same commit, unless they share one of these keys. The
   * decision then holds whatever they are, or sees to it through Placed.head. Without it the act has its streams to itself.
   */
  readonly keys?: readonly string[];
  /** Deciding anew finds what was done before: where it is not known whether a commit was, it may simply be run again. */
  readonly repeatable?: boolean;
  /**
   * Asks for what the decision is sure to read. It is sent along with the locks, behind which the database answers it: a round trip less, where all who
   * share the commit foresee. Not for acts that change users.
   */
  readonly foresee?: (read: Inside['read']) => Promise<unknown>;
  /** Throws ChatError to refuse: nothing is left. Must not act on the outside world: it may run again after a deadlock. */
  readonly decide: (inside: Inside) => Promise<Verdict<T>>;
}
