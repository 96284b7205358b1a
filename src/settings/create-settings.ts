import type { Logger } from 'pino';
import type { Bus } from '../bus/index.ts';
import type { Config } from '../config.ts';
import type { Db } from '../db/index.ts';
import { readAudit, shownVersion } from './audit.ts';
import { type Changed, rollBack, setValues } from './change.ts';
import { readDocument } from './document.ts';
import { listSettings } from './list.ts';
import { liveConfig } from './live-config.ts';
import type { Values } from './setting.ts';
import type { Settings, SettingsVersion } from './settings.ts';
import { readNewest, type VersionRow } from './store.ts';

interface Parts {
  readonly db: Db;
  readonly bus: Bus;
  readonly config: Config;
  readonly logger: Logger;
}

const topic = 'settings';
// The embedded database has no bus to tell a node of what another process, the command line, has set; and to ask it costs some microseconds.
const embeddedCheckMs = 400;
// Nodes that started together must not ask together: each waits up to so much less or more.
const spread = 0.2;

/** Makes the settings of a node: as configured, until `begin` has read what was set. */
export function createSettings({ db, bus, config: configured, logger }: Parts): Settings {
  const checkMs = db.dialect === 'sqlite' ? Math.min(embeddedCheckMs, configured.headCheckMs) : configured.headCheckMs;
  const listeners = new Set<() => void>();
  const closing = new AsyncDisposableStack();
  let held: { readonly version: number; readonly values: Values } = { version: 0, values: {} };
  const config = liveConfig(configured, () => held.values);

  /** Puts a version in force, if it is newer than what is. */
  function take(row: VersionRow | null): void {
    if (row === null || row.version <= held.version) return;
    const { values, leftOut } = readDocument(row.document);
    held = { version: row.version, values };
    logger.info({ version: row.version }, 'settings are in force');
    for (const { name, fault } of leftOut) logger.warn({ setting: name, fault, version: row.version }, 'a setting is left as configured');
    for (const listener of listeners) listener();
  }

  // Who asks while a read is under way shares the next one: what was stored before it was asked for is found.
  let underWay: Promise<unknown> = Promise.resolve();
  let next: Promise<void> | undefined;
  function read(): Promise<void> {
    async function readNow(): Promise<void> {
      next = undefined;
      const reading = readNewest(db.client);
      underWay = reading.catch(() => undefined);
      take(await reading);
    }
    next ??= underWay.then(readNow);
    return next;
  }

  /** The newest version that was made here, and until when others may not know of it: past that their own checks have found it. */
  let made = { version: 0, unknownUntil: 0 };

  /** Messages may have been lost, those of others and our own. */
  async function catchUp(): Promise<void> {
    await check();
    if (performance.now() < made.unknownUntil) await bus.publish(topic, String(made.version));
  }

  async function check(): Promise<void> {
    try {
      await read();
    } catch (error) {
      logger.warn({ err: error }, 'the settings could not be read; the next check does');
    }
  }

  function heard(message: string): void {
    // What another release says is looked up as well.
    if (Number(message) > held.version || Number.isNaN(Number(message))) void check();
  }

  /** Checks all the time, until it is told to stop. */
  function checkOn(): () => void {
    let stopped = false;
    let timer = later();
    function later(): NodeJS.Timeout {
      return setTimeout(() => void check().finally(again), checkMs * (1 - spread + 2 * spread * Math.random())).unref();
    }
    function again(): void {
      if (!stopped) timer = later();
    }
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }

  async function settle(change: Promise<Changed>): Promise<SettingsVersion | null> {
    const { before, row } = await change;
    if (row === null) return null;
    take(row);
    const shown = shownVersion(row, before.document);
    const actorId = row.actorId === null ? null : String(row.actorId);
    logger.info({ version: row.version, actorId, changes: shown.changes, note: row.note }, 'settings were changed');
    made = { version: row.version, unknownUntil: performance.now() + checkMs * (1 + spread) };
    // Awaited, for it is bounded and a command line ends after it; where it is lost, it is said again after the gap.
    await bus.publish(topic, String(row.version));
    return shown;
  }

  return {
    config,
    async begin() {
      closing.defer(await bus.subscribe(topic, heard));
      closing.defer(bus.onGap(() => void catchUp()));
      await read();
      closing.defer(checkOn());
    },
    async list() {
      const newest = await readNewest(db.client);
      take(newest);
      return await listSettings(db, { configured, inForce: config, newest });
    },
    set: (actorId, options) => settle(setValues(db, actorId, options)),
    rollBack: (actorId, options) => settle(rollBack(db, actorId, options)),
    versions: (page) => readAudit(db, page),
    onChange(listener) {
      const own = () => listener();
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}
