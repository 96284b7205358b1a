import type { Cache, Caches } from '../cache/index.ts';
import { type Db, isPackedRow, packRow, shapeOf, unpackRow } from '../db/index.ts';
import { changesRows, type Entry, entryTypes } from '../log/index.ts';
import { readShownRows, type Shown } from './store.ts';

/** What is kept of users. To know a version of each would cost as much as to read them: so whoever changes one forgets them. */
export function createUserCache({ db, caches }: { readonly db: Db; readonly caches: Caches }): Cache<bigint, Shown> {
  return caches.of({
    name: 'user',
    shape: shapeOf('User'),
    key: String,
    pack: (row: Shown) => packRow('User', row),
    fits: (packed) => isPackedRow('User', packed),
    unpack: (packed) => unpackRow('User', packed),
    read: (ids) => readShownRows(db.client, ids),
    changes: true,
  });
}

/** The users who may be others than before after these entries, each of which stands on the account of the one whom it changes. */
export function changedUsers(entries: readonly Entry[]): readonly bigint[] {
  const changing = entries.filter((entry) => changesRows(entry) && (entry.type === 'Hidden' || entryTypes[entry.type].on === 'account'));
  return [...new Set(changing.map(({ streamId }) => streamId))];
}
