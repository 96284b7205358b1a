import type { Verdict } from '../log/index.ts';
import type { Drafts } from './draft.ts';
import { ending, remove } from './end.ts';
import type { DraftParts } from './parts.ts';
import { cancelDraftEvent, draftChanged, draftsKey } from './rule.ts';
import { save } from './save.ts';
import { allDrafts, draftKey, draftOf, draftRow, listDrafts, type OwnPlace, putDraft, readDrafts, stands } from './store.ts';

/** Makes the module of drafts. */
export function createDrafts(parts: DraftParts): Drafts {
  const { db } = parts;
  return {
    save: (viewer, wanted) => save(parts, viewer, wanted),
    remove: (viewer, at) => remove(parts, viewer, at),
    ending,
    async list({ userId }, range) {
      const { first } = range;
      const drafts = await listDrafts(db.client, userId, { ...range, first: first + 1 });
      const items = drafts.slice(0, first).map((draft) => ({ draft, key: draftKey(draft) }));
      return { items, hasNextPage: drafts.length > first };
    },
    async byPlaces({ userId }, places) {
      const rows = await readDrafts(
        db.client,
        places.map((place) => ({ ...place, userId })),
      );
      return rows.map((row) => (stands(row) ? draftOf(row) : null));
    },
    allOf: (userId, range) => allDrafts(db.client, userId, range),
    tell: (place) => tell(parts, place),
    async eraseAll(userId) {
      await db.transaction(async (tx) => {
        const untold = await tx.draft.findMany({ where: { userId, tellAt: { not: null } } });
        for (const row of untold) await cancelDraftEvent(tx, row);
        await tx.draft.deleteMany({ where: { userId } });
      });
    },
  };
}

async function tell({ log }: DraftParts, place: OwnPlace): Promise<void> {
  await log.append<void>({
    lock: [place.userId],
    keys: [draftsKey(place)],
    repeatable: true,
    async decide(inside): Promise<Verdict<void>> {
      const row = await inside.read(draftRow, place);
      if (!stands(row) || row.tellAt === null) return { result: () => undefined };
      return {
        entries: () => [draftChanged(place)],
        // The job of this notification ends, and the next save leaves a new one.
        write: (tx) => putDraft(tx, { ...row, tellAt: null }, row),
        result: () => undefined,
      };
    },
  });
}
