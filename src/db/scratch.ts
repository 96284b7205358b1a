import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';

/** A temporary map from text to number, as large as the disk allows. */
export interface Scratch extends AsyncDisposable {
  get(key: string): number | null;
  put(key: string, value: number): void;
}

/** Creates an empty map, in a file of its own that is removed when the map is disposed of. */
export async function createScratch(): Promise<Scratch> {
  const folder = await mkdtemp(join(tmpdir(), 'mpim-scratch-'));
  const database = new Database(join(folder, 'scratch.sqlite'));
  // Nothing outlives the process, so nothing has to be durable.
  database.exec(
    'PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; CREATE TABLE Kept (name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID; BEGIN',
  );
  const select = database.prepare<[string]>('SELECT value FROM Kept WHERE name = ?').raw();
  const replace = database.prepare<[string, number]>('REPLACE INTO Kept VALUES (?, ?)');
  return {
    get: (key) => (select.get(key) as [number] | undefined)?.[0] ?? null,
    put: (key, value) => void replace.run(key, value),
    async [Symbol.asyncDispose]() {
      database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
