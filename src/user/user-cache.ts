import type { Cache, Caches } from '../cache/index.ts';
import { type Db, isPackedRow, packRow, shapeOf, unpackRow } from '../db/index.ts';
import { changesRows, type Entry, entryTypes } from '../log/index.ts';
import { readShownRows, type Shown } from './store.ts';

/**
 * Creates the cache of users. Users have no version, because reading one would cost as much as reading the user. So every change of a user
 * invalidates their row.
 */
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

/** Returns the users who may have changed with these entries. Such an entry is on the account stream of the user whom it changes. */
export function changedUsers(entries: readonly Entry[]): readonly bigint[] {
  const changing = entries.filter((entry) => changesRows(entry) && (entry.type === 'Hidden' || entryTypes[entry.type].on === 'account'));
  return [...new Set(changing.map(({ streamId }) => streamId))];
}
