import type { Log } from '../log/index.ts';

/** Reads the heads of streams. They are not older than the call. Throws ChatError UNAVAILABLE. */
export type HeadReader = Log['heads'];

interface Batch {
  readonly ids: Set<bigint>;
  readonly heads: ReturnType<HeadReader>;
}

/** Creates a reader that batches its reads: calls that come while a read is under way share the next one. */
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
