import { readMessages } from '../message/index.ts';
import { countReports, type Item, listItems, listReports, type ReportPlace, readItems, removeItem } from '../queue/index.ts';
import { readContext } from './context.ts';
import { eraseFromQueue } from './erase.ts';
import type { Moderation } from './moderation.ts';
import type { ModerationParts } from './parts.ts';
import { resolve } from './resolve.ts';

/** Creates the part of the module that admins use. */
export function createModeration(parts: ModerationParts): Moderation {
  const { db } = parts;
  return {
    async queue({ state, kind = null, first, after }) {
      const { items, hasNextPage } = await listItems(db.client, { state, kind, after, first });
      return { items: items.map((item) => ({ item, key: item.id })), hasNextPage };
    },
    byIds: (ids) => readItems(db.client, ids),
    counts: (items) =>
      countReports(
        db.client,
        items.map(({ id }) => id),
      ),
    async reports(item, { first, after }) {
      const found = await listReports(db.client, item, { after: after === undefined ? null : readKey(after), limit: first + 1 });
      return {
        items: found.slice(0, first).map(({ place, ...report }) => ({ item: report, key: formatKey(place) })),
        hasNextPage: found.length > first,
      };
    },
    async messages(items) {
      const refs = items.map(({ target }) => (target.kind === 'MESSAGE' ? target : null));
      const found = (
        await readMessages(
          db.client,
          refs.filter((ref) => ref !== null),
        )
      ).values();
      return refs.map((ref) => (ref === null ? null : (found.next().value ?? null)));
    },
    context: (item: Item) => readContext(db.client, item),
    resolve: (actorId, options) => resolve(parts, actorId, options),
    over: ({ itemId }) => db.transaction((tx) => removeItem(tx, itemId)),
    eraseAll: (userId, options) => eraseFromQueue(parts, userId, options),
  };
}

function formatKey({ at, reporterId }: ReportPlace): string {
  return `${at.getTime()}:${reporterId}`;
}

function readKey(key: string): ReportPlace {
  const [ms = '', id = ''] = key.split(':');
  return { at: new Date(Number(ms)), reporterId: BigInt(id) };
}
