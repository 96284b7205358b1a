import type { ServerKey } from '../server-key.ts';
import type { Viewer } from '../user/index.ts';
import { isUuid } from '../uuid.ts';
import type { DataExport, DataExports, Download, LinkProof } from './data-export.ts';
import { endExport, eraseExports } from './end.ts';
import { createLinks } from './link.ts';
import { type Making, makeExport } from './make.ts';
import { requestExport } from './request.ts';
import { exportOf, readExports, readPart } from './store.ts';

/** The parts of the module. `keys` has at least one key: the first signs links, all of them verify. */
export interface ExportParts extends Making {
  readonly keys: readonly ServerKey[];
}

// The limit promised by `Viewer.dataExports`.
const most = 50;

/** Creates the exports module. */
export function createExports({ keys, ...sources }: ExportParts): DataExports {
  const { db } = sources;
  const links = createLinks(keys);

  async function byId({ userId }: Viewer, id: string): Promise<DataExport | null> {
    const file = await find(id);
    return file?.userId === userId ? file : null;
  }

  async function find(id: string): Promise<DataExport | null> {
    if (!isUuid(id)) return null;
    const [[row], now] = await Promise.all([readExports(db.client, [id]), db.now()]);
    return row ? exportOf(row, now) : null;
  }

  async function list({ userId }: Viewer): Promise<readonly DataExport[]> {
    const where = { userId, state: { in: ['PENDING', 'READY'] } };
    const [rows, now] = await Promise.all([
      db.client.dataExport.findMany({ where, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], take: most }),
      db.now(),
    ]);
    return rows.map((row) => exportOf(row, now)).filter((file) => file !== null);
  }

  async function open(id: string, proof: LinkProof): Promise<Download | null> {
    const file = links.isValid(id, proof, new Date()) ? await find(id) : null;
    if (file === null || file.bytes === null || file.readyAt === null) return null;
    return {
      name: `mpim-export-${file.readyAt.toISOString().slice(0, 10)}.json`,
      bytes: file.bytes,
      part: (place) => readPart(db.client, id, place),
    };
  }

  return {
    request: (viewer, options) => requestExport(sources, viewer, options),
    list,
    byId,
    link: (file) => (file.state === 'READY' ? links.make(file.id, new Date()) : null),
    open,
    make: (ref, signal) => makeExport(sources, ref, signal),
    end: (ref) => endExport(sources, ref),
    eraseAll: (userId) => eraseExports(sources, userId),
  };
}
