import type { StreamKind, StreamRow } from './db.ts';

const kinds: ReadonlySet<string> = new Set<StreamKind>(['ACCOUNT', 'DIRECT', 'GROUP', 'SERVER']);

function isKind(kind: string): kind is StreamKind {
  return kinds.has(kind);
}

/**
 * Converts rows of the Stream table to StreamRow. Throws if a kind is unknown: it is a newer release's, and this release must not touch the
 * stream.
 */
export function streamRows(rows: readonly (Omit<StreamRow, 'kind'> & { readonly kind: string })[]): readonly StreamRow[] {
  return rows.map(
    ({
      id,
      kind,
      lastSeq,
      lastOrdinal,
      floorSeq,
      lastAt,
      activeAt,
      createdAt,
      lastSenderId,
      lastMessageSeq,
      otherMessageSeq,
      changedSeq,
    }) => {
      if (!isKind(kind)) throw new Error(`stream ${id} is of the unknown kind ${kind}`);
      const messages = { lastSenderId, lastMessageSeq, otherMessageSeq };
      return { id, kind, lastSeq, lastOrdinal, floorSeq, lastAt, activeAt, createdAt, ...messages, changedSeq };
    },
  );
}
