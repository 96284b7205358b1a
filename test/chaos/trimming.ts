import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from 'mariadb';
import type { Actor } from './cast.ts';
import type { EntryRow } from './database-state.ts';
import type { Device } from './device.ts';
import type { History } from './history.ts';
import { numberOf, openDatabase } from './look.ts';

/** The rows of entries before they were made to look old, by the id of their stream. */
export type FormerEntries = ReadonlyMap<string, readonly EntryRow[]>;

/** Makes entries of accounts look old until it is ended. */
export interface Trimming extends AsyncDisposable {
  /** Resolves to what the entries were. */
  end(): Promise<FormerEntries>;
}

interface TrimmingParts {
  readonly actors: readonly Actor[];
  readonly devices: readonly Device[];
  /** Told how many entries the nodes have deleted. */
  readonly history: History;
}

// Several times between two faults, so that nodes also die in the middle of a round.
const everyMs = 1_000;

/**
 * Repeatedly makes entries of accounts look older than nodes keep them, and makes a round due. Touches only entries that all devices of the
 * user have, so the devices must notice nothing.
 */
export function trimAccounts(databaseUrl: string, { actors, devices, history }: TrimmingParts): Trimming {
  const ending = new AbortController();
  const former = new Map<string, Map<number, EntryRow>>(actors.map(({ id }) => [id, new Map()]));
  let trimmed = 0;

  async function visit(connection: Connection): Promise<void> {
    for (const { id } of actors) {
      const known = devices.filter(({ user }) => user === id).map((device) => device.position(id) ?? 0);
      const place = [numberOf(id), Math.min(...known)];
      const rows: readonly EntryRow[] = await connection.query(
        "SELECT seq, type, actorId, data, at FROM Entry WHERE streamId = ? AND seq <= ? AND at > '2002-01-01'",
        place,
      );
      for (const row of rows) former.get(id)?.set(row.seq, row);
      await connection.query("UPDATE Entry SET at = '2001-01-01' WHERE streamId = ? AND seq <= ?", place);
    }
    await connection.query(
      `INSERT INTO Job (id, kind, \`key\`, data, dueAt, createdAt)
       VALUES (UNHEX(REPLACE(UUID(), '-', '')), 'AccountRound', 'all', '{"after":"-1"}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))
       ON DUPLICATE KEY UPDATE dueAt = IF(heldBy IS NULL, UTC_TIMESTAMP(3), dueAt)`,
    );
    const [floors] = await connection.query('SELECT CAST(SUM(floorSeq) AS SIGNED) AS floors FROM Stream WHERE kind = ?', ['ACCOUNT']);
    if (floors.floors > trimmed) history.note({ what: 'trimmed', entries: floors.floors - trimmed });
    trimmed = floors.floors;
  }

  async function once(): Promise<void> {
    const connection = await openDatabase(databaseUrl);
    await visit(connection).finally(() => connection.destroy());
  }

  async function goOn(): Promise<void> {
    while (!ending.signal.aborted) {
      // The database may be broken: the next time does the same.
      await once().catch(() => undefined);
      await delay(everyMs, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  }

  const going = goOn();

  async function end(): Promise<FormerEntries> {
    ending.abort();
    await going;
    return new Map([...former].map(([id, rows]) => [id, [...rows.values()]]));
  }

  return {
    end,
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
}
