import type { Cache, CacheKind } from '../cache/index.ts';
import { type Db, isPackedRow, packRow, shapeOf, unpackRow } from '../db/index.ts';
import type { Conversation } from './conversation.ts';
import type { GroupParts } from './parts.ts';
import { type ConversationRow, conversationOf, readConversationRows } from './store.ts';

/**
 * Reads conversations. Results are in the order of `ids`; null if there is none or it is dissolved. Heads are read first, so no other part
 * is older than they are.
 */
export type ConversationReader = (ids: readonly bigint[]) => Promise<readonly (Conversation | null)[]>;

/** The parts of functions that read conversations. */
export interface ReadingParts extends GroupParts {
  readonly conversations: ConversationReader;
}

/** The version of a conversation's row: the last entry that changed it. */
interface Version {
  readonly id: bigint;
  readonly changedSeq: number;
}

/**
 * Creates a reader. Heads always come from the database, and with them the version of each row. A row that is cached under its version is
 * never out of date: whatever changes a row is an entry of its stream and moves the version in the same transaction.
 */
export function createConversationReader({ db, log, caches }: Pick<GroupParts, 'db' | 'log' | 'caches'>): ConversationReader {
  const kept: Pick<Cache<Version, ConversationRow>, 'many'> = caches?.of(rowsOf(db)) ?? { many: (versions) => readVersions(db, versions) };

  return async (ids) => {
    const heads = await log.heads([...new Set(ids)]);
    const rows = await kept.many([...heads.values()]);
    const found = new Map<bigint, Conversation>();
    for (const row of rows) {
      const head = row === null ? undefined : heads.get(row.id);
      if (row === null || head === undefined || row.dissolvedAt !== null) continue;
      found.set(row.id, conversationOf(row, head));
    }
    return ids.map((id) => found.get(id) ?? null);
  };
}

function rowsOf(db: Db): CacheKind<Version, ConversationRow> {
  return {
    name: 'conversation',
    shape: shapeOf('Conversation'),
    key: ({ id, changedSeq }) => `${id}:${changedSeq}`,
    pack: (row) => packRow('Conversation', row),
    fits: (packed) => isPackedRow('Conversation', packed),
    unpack: (packed) => unpackRow('Conversation', packed),
    read: (versions) => readVersions(db, versions),
    changes: false,
  };
}

function readVersions({ client }: Db, versions: readonly Version[]): Promise<readonly (ConversationRow | null)[]> {
  return readConversationRows(
    client,
    versions.map(({ id }) => id),
  );
}
