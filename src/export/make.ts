import { putJob } from '../jobs/index.ts';
import type { Verdict } from '../log/index.ts';
import { uuidBytes } from '../uuid.ts';
import type { ExportRef } from './data-export.ts';
import { endExport } from './end.ts';
import { dataExportChanged } from './entries.ts';
import { fileOf } from './file.ts';
import type { Sources } from './parts.ts';
import { beginExport, exportRow, putPart } from './store.ts';

const dayMs = 86_400_000;
// Small enough that a node can hold one part each for many downloads, and far below the size of one packet to MariaDB.
const partBytes = 1_048_576;
// `DataExport.bytes` is a signed integer of 32 bits in the database and in the API.
const mostBytes = 2 ** 31 - 1;

/** What `makeExport` needs. */
export interface Making extends Sources {
  /** The size of the largest file, in bytes. */
  readonly mostBytes?: number | undefined;
}

/** Makes a requested file. A file that becomes too large is ended: another attempt could not make it either. Throws as DataExports.make. */
export async function makeExport(
  { mostBytes: most = mostBytes, ...sources }: Making,
  { userId, exportId, messages }: ExportRef & { readonly messages: boolean },
  signal: AbortSignal,
): Promise<void> {
  const record = await sources.users.ownRecord(userId);
  if (record === null) return endExport(sources, { userId, exportId });
  const attempt = await beginExport(sources.db, exportId);
  if (attempt === null) return;
  const cutter = new Cutter((part, content) => putPart(sources.db, { exportId, attempt, part, content }));
  for await (const text of fileOf(sources, record, { messages })) {
    signal.throwIfAborted();
    await cutter.add(text);
    if (cutter.bytes > most) {
      sources.logger.error({ exportId, userId: String(userId), mostBytes: most }, 'a data export is too large to be made and was ended');
      return endExport(sources, { userId, exportId });
    }
  }
  await finish(sources, { userId, exportId, attempt, bytes: await cutter.end() });
}

interface Made extends ExportRef {
  readonly attempt: number;
  readonly bytes: number;
}

function finish({ log, config }: Sources, { userId, exportId, attempt, bytes }: Made): Promise<void> {
  return log.append<void>({
    lock: [userId],
    async decide(inside): Promise<Verdict<void>> {
      const row = await inside.read(exportRow, exportId);
      if (row?.state !== 'PENDING' || row.attempt !== attempt) return { result: () => undefined };
      return {
        entries: () => [dataExportChanged(userId, exportId)],
        async write(tx, { at }) {
          const expiresAt = new Date(at.getTime() + config.exportDays * dayMs);
          const data = { state: 'READY', readyAt: at, expiresAt, bytes };
          await tx.dataExport.update({ where: { id: uuidBytes(exportId) }, data });
          await putJob(tx, { kind: 'DataExportOver', key: exportId, data: { userId, exportId }, dueAt: expiresAt });
        },
        result: () => undefined,
      };
    },
  });
}

/** Cuts text into parts of equal size, of which only the last may be smaller. Stores each part as soon as it is full. */
class Cutter {
  readonly #put: (part: number, content: Uint8Array<ArrayBuffer>) => Promise<void>;
  #pieces: Buffer[] = [];
  #held = 0;
  #parts = 0;
  #bytes = 0;

  constructor(put: (part: number, content: Uint8Array<ArrayBuffer>) => Promise<void>) {
    this.#put = put;
  }

  /** The size of what was added so far. */
  get bytes(): number {
    return this.#bytes + this.#held;
  }

  async add(text: string): Promise<void> {
    const piece = Buffer.from(text, 'utf8');
    this.#pieces.push(piece);
    this.#held += piece.length;
    while (this.#held >= partBytes) await this.#store(partBytes);
  }

  /** Stores the rest. Resolves to the total size in bytes. */
  async end(): Promise<number> {
    if (this.#held > 0) await this.#store(this.#held);
    return this.bytes;
  }

  async #store(size: number): Promise<void> {
    const all = Buffer.concat(this.#pieces);
    await this.#put(this.#parts, Uint8Array.from(all.subarray(0, size)));
    this.#pieces = [all.subarray(size)];
    this.#held -= size;
    this.#bytes += size;
    this.#parts += 1;
  }
}
