import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Db, type HeadMove, insertEntries, insertMessages, type MarkerRaise, moveHeads, type Tx } from '../db/index.ts';
import type { Append, EntryToLog, Head, Placed, Verdict } from './append.ts';
import { changesRows } from './change.ts';
import { type Effect, writeEffects } from './effect.ts';
import { type Entry, entryTypes, entryVersion, type KnownEntry, type NewEntry, type NewMessage } from './entry.ts';
import { Hints } from './hints.ts';
import type { Locked } from './inside.ts';
import { toJson } from './json.ts';
import { type MessageRow, messageData, newMessageRow } from './message-row.ts';

/** A verdict whose entries have their positions. */
export interface Done<T> {
  readonly verdict: Verdict<T>;
  readonly placed: Placed;
  readonly hints: Hints;
  /**
   * The newest entries of the streams of an act that logged none. Often it repeats an act whose result is unknown because a node died, maybe
   * before it published its entries. So followers of the streams are told how far these reach.
   */
  readonly reached: readonly Pick<Entry, 'streamId' | 'seq'>[];
}

/** What an append has decided, and the streams that it has locked. */
export interface Decided<T> extends Pick<Append<T>, 'lock'> {
  readonly verdict: Verdict<T>;
}

type Spot = Pick<Entry, 'streamId' | 'seq' | 'at'> & { readonly actorId: bigint | null };
type EntryRow = ReturnType<typeof entryRow>;

/**
 * Numbers the entries of all verdicts of a commit, in their order, and writes everything that the verdicts ask for. The locks ensure that
 * lastSeq + 1 is free and stays free until the commit (I1).
 */
export async function place<T>(
  db: Pick<Db, 'dialect'>,
  tx: Tx,
  locked: Locked,
  decided: readonly Decided<T>[],
): Promise<readonly Done<T>[]> {
  const plan = new Plan(locked);
  const done: Done<T>[] = [];
  for (const one of decided) done.push(plan.add(one, await create(tx, one.verdict, locked.now)));
  const raises = done.flatMap(({ verdict, placed }): readonly MarkerRaise[] => verdict.markers?.(placed) ?? []);
  const effects = done.flatMap(({ verdict, placed }): readonly Effect[] => verdict.effects?.(placed) ?? []);
  // Sent on one connection without waiting for each answer.
  await Promise.all([
    insertMessages(db, tx, plan.messages),
    insertEntries(db, tx, plan.entries),
    moveHeads(db, tx, plan.moves(), raises),
    writeEffects(tx, effects),
    formatMeanwhile(done),
  ]);
  for (const { verdict, placed } of done) await verdict.write?.(tx, placed);
  return done;
}

// The database is at work on the writes. After the commit this would be time until its callers are answered. What throws here throws again
// when the hints are published: a fault there must not undo the commit.
async function formatMeanwhile(done: readonly Done<unknown>[]): Promise<void> {
  await nextTurn();
  try {
    for (const { hints } of done) hints.texts();
  } catch {}
}

async function create<T>(tx: Tx, verdict: Verdict<T>, now: Date): Promise<readonly bigint[]> {
  const created: bigint[] = [];
  for (const { kind, at = now } of verdict.create ?? []) {
    const { id } = await tx.stream.create({ data: { kind, lastAt: at, activeAt: at, createdAt: at }, select: { id: true } });
    created.push(id);
  }
  return created;
}

/** Everything that one commit writes. */
class Plan {
  readonly messages: MessageRow[] = [];
  readonly entries: EntryRow[] = [];
  readonly #at: Date;
  readonly #rows: Locked['rows'];
  /** The creation times of created streams. */
  readonly #created = new Map<bigint, Date>();
  readonly #heads = new Map<bigint, Head>();
  /** For streams whose last entry has a time of its own: that time. */
  readonly #times = new Map<bigint, Date>();

  constructor({ now, rows }: Locked) {
    this.#at = now;
    this.#rows = rows;
  }

  add<T>({ verdict, lock }: Decided<T>, created: readonly bigint[]): Done<T> {
    for (const [place, id] of created.entries()) this.#created.set(id, verdict.create?.[place]?.at ?? this.#at);
    const asked = verdict.entries?.(created, (streamId) => this.#head(streamId)) ?? [];
    const before = new Map(asked.map(({ stream }) => [stream, this.#head(stream)]));
    const entries: Entry[] = [];
    const heads: Head[] = [];
    for (const one of asked) {
      const { stream, actorId, entry } = one;
      const last = this.#head(stream);
      const spot = { streamId: stream, seq: last.lastSeq + 1, at: this.#timeOf(one, last), actorId };
      const isMessage = entry.type === 'MessageSent';
      const head = isMessage ? afterMessage(last, spot) : afterEntry(last, spot.seq, entry);
      this.#heads.set(stream, head);
      entries.push(isMessage ? this.#addMessage(spot, head.lastOrdinal, entry) : this.#addEntry(spot, entry));
      heads.push(head);
    }
    const placed: Placed = { at: this.#at, created, entries, head: (streamId) => before.get(streamId) ?? this.#head(streamId) };
    const reached = entries.length > 0 || verdict.silent ? [] : this.#reached(lock);
    return { verdict, placed, hints: new Hints(verdict, entries, heads), reached };
  }

  #reached(lock: Decided<unknown>['lock']): Done<unknown>['reached'] {
    return lock.flatMap((streamId) => {
      const seq = this.#rows.get(streamId)?.lastSeq ?? 0;
      return seq === 0 ? [] : [{ streamId, seq }];
    });
  }

  moves(): readonly HeadMove[] {
    return [...this.#heads].map(([id, head]) => ({ ...head, id, lastAt: this.#times.get(id) ?? this.#at }));
  }

  /** Entry times never decrease within a stream, because history is opened at a date by them. A stream without entries accepts any time. */
  #timeOf({ stream, at }: EntryToLog, { lastSeq }: Head): Date {
    if (at === undefined) {
      this.#times.delete(stream);
      return this.#at;
    }
    const before = this.#times.get(stream) ?? this.#rows.get(stream)?.lastAt;
    if (lastSeq > 0 && before !== undefined && at < before) throw new Error(`an entry of stream ${stream} is older than the one before it`);
    this.#times.set(stream, at);
    return at;
  }

  #head(streamId: bigint): Head {
    const known = this.#heads.get(streamId) ?? this.#rows.get(streamId);
    if (known !== undefined) return known;
    const activeAt = this.#created.get(streamId);
    if (activeAt !== undefined) return { ...newborn, activeAt };
    throw new Error(`stream ${streamId} does not exist`);
  }

  #addMessage({ streamId, seq, at, actorId }: Spot, ordinal: number, message: NewMessage): KnownEntry<'MessageSent'> {
    if (actorId === null) throw new Error('a message has a sender');
    const row = newMessageRow({ conversationId: streamId, seq, ordinal, senderId: actorId, sentAt: at }, message);
    this.messages.push(row);
    return { streamId, seq, at, actorId, type: 'MessageSent', data: messageData(row) };
  }

  #addEntry(spot: Spot, entry: NewEntry): Entry {
    this.entries.push(entryRow(spot, entry));
    return { ...spot, ...entry } as KnownEntry;
  }
}

const newborn = { lastSeq: 0, lastOrdinal: 0, lastSenderId: null, lastMessageSeq: 0, otherMessageSeq: 0, changedSeq: 0 };

function afterEntry(last: Head, seq: number, entry: NewEntry): Head {
  return { ...last, lastSeq: seq, changedSeq: changesRows(entry) ? seq : last.changedSeq };
}

function afterMessage({ lastOrdinal, lastSenderId, lastMessageSeq, otherMessageSeq, changedSeq }: Head, { seq, at, actorId }: Spot): Head {
  return {
    lastSeq: seq,
    lastOrdinal: lastOrdinal + 1,
    activeAt: at,
    lastSenderId: actorId,
    lastMessageSeq: seq,
    otherMessageSeq: lastSenderId === actorId ? otherMessageSeq : lastMessageSeq,
    changedSeq,
  };
}

function entryRow(spot: Spot, { type, data }: NewEntry) {
  return { ...spot, type, version: entryVersion, data: toJson(data), timeline: entryTypes[type].timeline };
}
