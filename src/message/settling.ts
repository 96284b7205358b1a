import type { Tx } from '../db/index.ts';
import type { Inside, Placed, Verdict } from '../log/index.ts';
import type { Message, MessageRef } from './message.ts';

type Entries = ReturnType<NonNullable<Verdict<Message>['entries']>>;

/** What is settled by the very commit that stores a message, or leaves one to be said later: with it or not at all. */
export interface Settling<S extends Settled = Settled> {
  /** The stream that governs it, to be held beside the conversation's. */
  readonly streamId: bigint;
  /** What it shares that stream under (Append.keys). */
  readonly key: string;
  /** Of the request that the message is known by from then on, in place of the one that says it; absent: of that one. */
  readonly fingerprint?: Uint8Array<ArrayBuffer>;
  /** Throws ChatError where nothing is to be said. `isSaid`: something was said under the clientMessageId before. */
  readonly decide: (inside: Inside, known: { readonly isSaid: boolean }) => Promise<S>;
}

/** What is written of it. */
export interface Settled {
  /** `said`: where the message stands. */
  readonly entries: (said: MessageRef) => Entries;
  readonly write: (tx: Tx) => Promise<void>;
}

/** The same of what need not know where a message stands: there may be none. */
export interface SettledApart extends Settled {
  readonly entries: () => Entries;
}

/** A message's verdict, and what is settled with it. `place`: where the message comes to stand; `head`: the stream's before it. */
export function withSettled(
  verdict: Verdict<Message>,
  settled: Settled | undefined,
  place: (head: Placed['head']) => MessageRef,
): Verdict<Message> {
  return settled === undefined ? verdict : joined(verdict, settled, (head) => settled.entries(place(head)));
}

/** Any verdict, and what is settled with it. */
export function withSettledApart<T>(verdict: Verdict<T>, settled: SettledApart | undefined): Verdict<T> {
  return settled === undefined ? verdict : joined(verdict, settled, settled.entries);
}

function joined<T>(verdict: Verdict<T>, { write }: Settled, entries: (head: Placed['head']) => Entries): Verdict<T> {
  return {
    ...verdict,
    // Before the message, which is taken for the last of its entries.
    entries: (created, head) => [...entries(head), ...(verdict.entries?.(created, head) ?? [])],
    async write(tx, placed) {
      await verdict.write?.(tx, placed);
      await write(tx);
    },
  };
}
