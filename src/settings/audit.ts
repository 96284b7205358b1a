import type { Db } from '../db/index.ts';
import type { Page } from '../page.ts';
import { changesBetween, type Document } from './document.ts';
import type { Settings, SettingsVersion } from './settings.ts';
import { listVersions, nothing, type VersionRow } from './store.ts';

/** A version as it is shown: with what it changed of the one before it. */
export function shownVersion({ document, ...row }: VersionRow, before: Document): SettingsVersion {
  return { ...row, changes: changesBetween(before, document) };
}

/** A page of the versions. Throws as Settings.versions says. */
export async function readAudit(db: Db, { first, after }: Parameters<Settings['versions']>[0]): Promise<Page<SettingsVersion>> {
  // One more tells what the last of the page changed, and whether there is a next page.
  const rows = await listVersions(db.client, { before: after, limit: first + 1 });
  const items = rows.slice(0, first).map((row, place) => shownVersion(row, (rows[place + 1] ?? nothing).document));
  return { items, hasNextPage: rows.length > first, hasPreviousPage: after !== undefined };
}
