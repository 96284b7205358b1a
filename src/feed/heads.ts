import type { Log } from '../log/index.ts';

/** Reads the heads of streams as they stand after it was asked. Throws ChatError UNAVAILABLE. */
export type HeadReader = Log['heads'];

interface Batch {
  readonly ids: Set<bigint>;
  readonly heads: ReturnType<HeadReader>;
}

/** Reads heads in batches: who asks while a read is under way shares the next one with all who come meanwhile. */
export function createHeadReader({ heads: read }: Pick<Log, 'heads'>): HeadReader {
  let underWay: Promise<unknown> = Promise.resolve();
  let next: Batch | undefined;

  function gather(): Batch {
    const ids = new Set<bigint>();
    function begin(): ReturnType<HeadReader> {
      next = undefined;
      const heads = read([...ids]);
      underWay = heads;
      return heads;
    }
    return { ids, heads: underWay.then(begin, begin) };
  }

  return (ids) => {
    next ??= gather();
    for (const id of ids) next.ids.add(id);
    return next.heads;
  };
}
