import type { Logger } from 'pino';
import type { Bus } from '../bus/index.ts';
import type { Config } from '../config/index.ts';
import type { Db } from '../db/index.ts';
import { createNewest } from '../newest/index.ts';
import { type Changed, rollBack, setValues } from './change.ts';
import { readDocument } from './document.ts';
import { listSettings } from './list.ts';
import { liveConfig } from './live-config.ts';
import type { Values } from './setting.ts';
import type { Settings, SettingsVersion } from './settings.ts';
import { readNewest, type VersionRow } from './store.ts';
import { readVersionPage, shownVersion } from './versions.ts';

interface Parts {
  readonly db: Db;
  readonly bus: Bus;
  readonly config: Config;
  readonly logger: Logger;
}

/** Creates the settings of a node. The configured values apply until `begin` has read the stored ones. */
export function createSettings({ db, bus, config: configured, logger }: Parts): Settings {
  const listeners = new Set<() => void>();
  let held: { readonly version: number; readonly values: Values } = { version: 0, values: {} };
  const config = liveConfig(configured, () => held.values);

  /** Applies a version if it is newer than the current one. */
  function take(row: VersionRow | null): void {
    if (row === null || row.version <= held.version) return;
    const { values, leftOut } = readDocument(row.document);
    held = { version: row.version, values };
    logger.info({ version: row.version }, 'settings are in effect');
    for (const { name, fault } of leftOut)
      logger.warn({ setting: name, fault, version: row.version }, 'a stored setting is invalid; the configured value stays in effect');
    for (const listener of listeners) listener();
  }

  const newest = createNewest({
    ...{ bus, logger, topic: 'settings', dialect: db.dialect, headCheckMs: configured.headCheckMs },
    version: () => held.version,
    read: async () => take(await readNewest(db.client)),
  });

  async function settle(change: Promise<Changed>): Promise<SettingsVersion | null> {
    const { before, row } = await change;
    if (row === null) return null;
    take(row);
    const shown = shownVersion(row, before.document);
    const actorId = row.actorId === null ? null : String(row.actorId);
    logger.info({ version: row.version, actorId, changes: shown.changes, note: row.note }, 'settings were changed');
    await newest.tell(row.version);
    return shown;
  }

  return {
    config,
    begin: () => newest.begin(),
    async list() {
      const row = await readNewest(db.client);
      take(row);
      return await listSettings(db, { configured, inForce: config, newest: row });
    },
    set: (actorId, options) => settle(setValues(db, actorId, options)),
    rollBack: (actorId, options) => settle(rollBack(db, actorId, options)),
    versions: (page) => readVersionPage(db, page),
    onChange(listener) {
      const own = () => listener();
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    [Symbol.asyncDispose]: () => newest[Symbol.asyncDispose](),
  };
}
