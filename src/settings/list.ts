import type { Config } from '../config/index.ts';
import type { Db } from '../db/index.ts';
import { settingNames, settings } from './setting.ts';
import type { Setting } from './settings.ts';
import { readVersions, type VersionRow } from './store.ts';

/** Lists all settings with their current and configured values. */
export async function listSettings(
  db: Db,
  { configured, inForce, newest }: { readonly configured: Config; readonly inForce: Config; readonly newest: VersionRow | null },
): Promise<readonly Setting[]> {
  const document = newest?.document ?? {};
  const versions = [...new Set(Object.values(document).map(({ version }) => version))];
  const rows = new Map((await readVersions(db.client, versions)).map((row) => [row.version, row]));
  return settingNames.map((name) => {
    const row = rows.get(document[name]?.version ?? 0);
    return {
      name,
      doc: settings[name].doc,
      value: String(inForce[name]),
      default: String(configured[name]),
      change: row === undefined ? null : { version: row.version, at: row.at, actorId: row.actorId },
    };
  });
}
