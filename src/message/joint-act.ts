import type { Tx } from '../db/index.ts';
import type { Inside, Placed, Verdict } from '../log/index.ts';
import type { Message, MessageRef } from './message.ts';

type Entries = ReturnType<NonNullable<Verdict<Message>['entries']>>;

/** Something that commits together with a message, sent or scheduled: both are stored, or neither. */
export interface JointAct<S extends JointWrite = JointWrite> {
  /** The stream that guards it. Locked together with the conversation's. */
  readonly streamId: bigint;
  /** The key under which it shares that stream with other appends (Append.keys). */
  readonly key: string;
  /** The fingerprint to store with the message instead of the one of the send request. Absent: the one of the send request. */
  readonly fingerprint?: Uint8Array<ArrayBuffer>;
  /**
   * Decides what to write. Throws ChatError if the message must not be stored. `isSaid` tells that a message is already stored under the
   * clientMessageId.
   */
  readonly decide: (inside: Inside, known: { readonly isSaid: boolean }) => Promise<S>;
}

/** What is written. */
export interface JointWrite {
  /** `said` is the key of the message. */
  readonly entries: (said: MessageRef) => Entries;
  readonly write: (tx: Tx) => Promise<void>;
}

/** The same for something that does not depend on the message's key, so that there need not be a message. */
export interface IndependentWrite extends JointWrite {
  readonly entries: () => Entries;
}

/** Adds what is settled to a message's verdict. `place` returns the key of the message, given the head of its stream before it. */
export function withJointWrite(
  verdict: Verdict<Message>,
  settled: JointWrite | undefined,
  place: (head: Placed['head']) => MessageRef,
): Verdict<Message> {
  return settled === undefined ? verdict : joined(verdict, settled, (head) => settled.entries(place(head)));
}

/** Adds what is settled to any verdict. */
export function withIndependentWrite<T>(verdict: Verdict<T>, settled: IndependentWrite | undefined): Verdict<T> {
  return settled === undefined ? verdict : joined(verdict, settled, settled.entries);
}

function joined<T>(verdict: Verdict<T>, { write }: JointWrite, entries: (head: Placed['head']) => Entries): Verdict<T> {
  return {
    ...verdict,
    // These entries come first: the last entry of the act is taken to be the message.
    entries: (created, head) => [...entries(head), ...(verdict.entries?.(created, head) ?? [])],
    async write(tx, placed) {
      await verdict.write?.(tx, placed);
      await write(tx);
    },
  };
}
