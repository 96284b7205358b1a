import type { Db } from '../db/index.ts';
import type { Page } from '../page.ts';
import { changesBetween, type Document } from './document.ts';
import type { Settings, SettingsVersion } from './settings.ts';
import { listVersions, nothing, type VersionRow } from './store.ts';

/** Converts a version to its public form, with the changes from the version before it. */
export function shownVersion({ document, ...row }: VersionRow, before: Document): SettingsVersion {
  return { ...row, changes: changesBetween(before, document) };
}

/** Reads a page of versions. Throws as Settings.versions. */
export async function readVersionPage(db: Db, { first, after }: Parameters<Settings['versions']>[0]): Promise<Page<SettingsVersion>> {
  // One more row: needed for the changes of the page's last version, and shows whether there is a next page.
  const rows = await listVersions(db.client, { before: after, limit: first + 1 });
  const items = rows.slice(0, first).map((row, place) => shownVersion(row, (rows[place + 1] ?? nothing).document));
  return { items, hasNextPage: rows.length > first, hasPreviousPage: after !== undefined };
}
