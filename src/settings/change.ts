import { type Db, holdDeployment, type Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { codePoints, hasControls, isBlank, isStorable } from '../text.ts';
import { newUuid, uuidBytes } from '../uuid.ts';
import { type Document, formatDocument, valuesOf, withValues } from './document.ts';
import { isSettingName, readValue, settingNames } from './setting.ts';
import type { ChangeOptions, Settings } from './settings.ts';
import { insertVersion, nothing, readNewest, readVersions, type VersionRow } from './store.ts';

// The width of the column, in code points.
const maxNote = 200;
// The size of the column. Only ATTACHMENT_HOSTS can have a value of such a length.
const maxBytes = 65_535;

/** The result of a change: the version before it, and the new version, or null if nothing changed. */
export interface Changed {
  readonly before: Pick<VersionRow, 'version' | 'document'>;
  readonly row: VersionRow | null;
}

type Values = ReadonlyMap<string, string | null>;

/** Sets settings. Throws as Settings.set. */
export async function setValues(
  db: Db,
  actorId: bigint | null,
  { settings, ...options }: Parameters<Settings['set']>[1],
): Promise<Changed> {
  const values = requireValues(settings);
  return await append(db, options, { actorId, rolledBackTo: null, values: async () => values });
}

/** Restores all values of a version. Throws as Settings.rollBack. */
export function rollBack(db: Db, actorId: bigint | null, { version, ...options }: Parameters<Settings['rollBack']>[1]): Promise<Changed> {
  async function values(tx: Tx, newest: Document): Promise<Values> {
    const [row] = version === 0 ? [nothing] : await readVersions(tx, [version]);
    if (row === undefined) throw new ChatError('NOT_FOUND', `The settings have no version ${version}.`, { field: ['version'] });
    return valuesOf(row.document, newest);
  }
  return append(db, options, { actorId, rolledBackTo: version, values });
}

interface Appending {
  readonly actorId: bigint | null;
  readonly rolledBackTo: number | null;
  readonly values: (tx: Tx, newest: Document) => Promise<Values>;
}

async function append(db: Db, options: ChangeOptions, { actorId, rolledBackTo, values }: Appending): Promise<Changed> {
  const { expectedVersion } = options;
  const note = requireNote(options.note);
  return await db.commit(uuidBytes(newUuid()), async (tx) => {
    await holdDeployment(db, tx);
    const before = (await readNewest(tx)) ?? nothing;
    if (expectedVersion !== undefined && expectedVersion !== before.version) throw outdated(before.version);
    const version = before.version + 1;
    const document = withValues(before.document, await values(tx, before.document), version);
    if (!Object.values(document).some((stored) => stored.version === version)) return { before, row: null };
    if (Buffer.byteLength(formatDocument(document)) > maxBytes) throw tooLong();
    const row: VersionRow = { version, document, actorId, note, rolledBackTo, at: await db.now(tx) };
    await insertVersion(tx, row);
    return { before, row };
  });
}

function outdated(version: number): ChatError {
  const message = `The settings are now at version ${version}. Check what has changed, then set them again.`;
  return new ChatError('CONFLICT', message, { field: ['expectedVersion'] });
}

function tooLong(): ChatError {
  const message = `The values of all settings together can have at most some ${maxBytes} bytes. Set a shorter value.`;
  return new ChatError('INVALID_INPUT', message, { field: ['settings'] });
}

function requireValues(settings: Parameters<Settings['set']>[1]['settings']): Values {
  const values = new Map<string, string | null>();
  for (const [place, { name, value }] of settings.entries()) {
    if (!isSettingName(name)) throw refusal(place, 'name', `Unknown setting. The settings are ${settingNames.join(', ')}.`);
    if (values.has(name)) throw refusal(place, 'name', `${name} is listed twice.`);
    const reading = value === null ? null : readValue(name, value);
    if (reading !== null && 'fault' in reading) throw refusal(place, 'value', `${name} ${reading.fault}.`);
    values.set(name, value);
  }
  return values;
}

function refusal(place: number, part: 'name' | 'value', message: string): ChatError {
  return new ChatError('INVALID_INPUT', message, { field: ['settings', String(place), part] });
}

function requireNote(note: string | null | undefined): string | null {
  if (note === null || note === undefined) return null;
  if (isBlank(note) || !isStorable(note) || hasControls(note, { lines: false }) || codePoints(note) > maxNote) {
    throw new ChatError('INVALID_INPUT', `A note must be a single line of 1 to ${maxNote} characters.`, { field: ['note'] });
  }
  return note;
}
