import type { StreamRow, Tx } from '../db/index.ts';
import type { Placed, Verdict } from './append.ts';
import { type Entry, entryTypes, entryVersion, type KnownEntry, type NewEntry, type NewMessage } from './entry.ts';
import type { LockedInside } from './inside.ts';
import { toJson } from './json.ts';
import { type MessageRow, messageData, newMessageRow } from './message-row.ts';

/** How far a stream's head moves in one append. */
interface Advance {
  seq: number;
  ordinal: number;
  readonly row: Pick<StreamRow, 'lastSeq' | 'lastOrdinal'>;
  active: boolean;
}

const newborn = { lastSeq: 0, lastOrdinal: 0 };

/** Numbers a verdict's entries and writes everything it asks for. The locks make lastSeq + 1 free and keep it so until commit (I1). */
export async function place<T>(tx: Tx, inside: LockedInside, verdict: Verdict<T>): Promise<Placed> {
  const at = inside.now;
  const created: bigint[] = [];
  for (const { kind } of verdict.create ?? []) {
    const { id } = await tx.stream.create({ data: { kind, lastAt: at, activeAt: at, createdAt: at }, select: { id: true } });
    created.push(id);
  }
  const advances = new Map<bigint, Advance>();
  function advance(streamId: bigint): Advance {
    const known = advances.get(streamId);
    if (known !== undefined) return known;
    const row = created.includes(streamId) ? newborn : inside.head(streamId);
    if (row === null) throw new Error(`stream ${streamId} does not exist`);
    const fresh: Advance = { seq: 0, ordinal: 0, row, active: false };
    advances.set(streamId, fresh);
    return fresh;
  }

  const messages: MessageRow[] = [];
  const rows: EntryRow[] = [];
  const entries: Entry[] = [];
  for (const { stream, actorId, entry } of verdict.entries?.(created) ?? []) {
    const moved = advance(stream);
    moved.seq += 1;
    const spot = { streamId: stream, seq: moved.row.lastSeq + moved.seq, at, actorId };
    if (entry.type === 'MessageSent') {
      moved.ordinal += 1;
      moved.active = true;
      const message = messageRow(spot, moved.row.lastOrdinal + moved.ordinal, entry);
      messages.push(message);
      entries.push({ ...spot, type: 'MessageSent', data: messageData(message) });
    } else {
      rows.push(entryRow(spot, entry));
      entries.push({ ...spot, ...entry } as KnownEntry);
    }
  }

  if (messages.length > 0) await tx.message.createMany({ data: messages });
  if (rows.length > 0) await tx.entry.createMany({ data: rows });
  await moveHeads(tx, advances, at);
  const placed: Placed = { at, created, entries };
  await verdict.write?.(tx, placed);
  return placed;
}

type Spot = Pick<Entry, 'streamId' | 'seq' | 'at'> & { readonly actorId: bigint | null };
type EntryRow = ReturnType<typeof entryRow>;

function messageRow({ streamId, seq, at, actorId }: Spot, ordinal: number, message: NewMessage): MessageRow {
  if (actorId === null) throw new Error('a message has a sender');
  return newMessageRow({ conversationId: streamId, seq, ordinal, senderId: actorId, sentAt: at }, message);
}

function entryRow(spot: Spot, { type, data }: NewEntry) {
  return { ...spot, type, version: entryVersion, data: toJson(data), timeline: entryTypes[type].timeline };
}

// One statement for all streams that move alike: an act on a hundred accounts moves each by one.
async function moveHeads(tx: Tx, advances: ReadonlyMap<bigint, Advance>, at: Date): Promise<void> {
  const alike = Map.groupBy(advances, ([, { seq, ordinal, active }]) => `${seq} ${ordinal} ${active}`);
  for (const group of alike.values()) {
    const [, { seq, ordinal, active }] = group[0] ?? [0n, { seq: 0, ordinal: 0, active: false }];
    await tx.stream.updateMany({
      where: { id: { in: group.map(([id]) => id) } },
      data: {
        lastSeq: { increment: seq },
        lastOrdinal: { increment: ordinal },
        ...(seq > 0 && { lastAt: at }),
        ...(active && { activeAt: at }),
      },
    });
  }
}
