import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { readConfig } from '../../src/config/index.ts';
import type { Db } from '../../src/db/index.ts';
import { ChatError } from '../../src/errors.ts';
import { createSettings, type Settings } from '../../src/settings/index.ts';

/** A node's settings, and the lines that it has logged. */
interface Here {
  readonly settings: Settings;
  readonly logged: readonly Readonly<Record<string, unknown>>[];
}

/** The refusal of a change. */
async function refusal(change: Promise<unknown>): Promise<ChatError> {
  const error = await change.catch((reason: unknown) => reason);
  if (error instanceof ChatError) return error;
  throw new Error('it was not refused', { cause: error });
}

/** What settings promise, on any database. */
export function promisesOfSettings(open: () => Promise<Db>): void {
  let db: Db;
  const nodes: Settings[] = [];

  beforeAll(async () => {
    db = await open();
  });
  beforeEach(async () => {
    await db.transaction((tx) => tx.settingsVersion.deleteMany());
  });
  afterEach(async () => {
    for (const node of nodes.splice(0)) await node[Symbol.asyncDispose]();
  });
  afterAll(() => db[Symbol.asyncDispose]());

  /** A node on this database, with a bus of its own that brings nothing. */
  async function node(env: Readonly<Record<string, string>> = {}): Promise<Here> {
    const logged: Readonly<Record<string, unknown>>[] = [];
    const logger = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
    const config = readConfig({ HEAD_CHECK_MS: '600000', ...env });
    const settings = createSettings({ db, bus: createMemoryBus(), config, logger });
    nodes.push(settings);
    await settings.begin();
    return { settings, logged };
  }

  function setting(name: string, value: string | null) {
    return { settings: [{ name, value }] };
  }

  async function standing(settings: Settings, name: string) {
    return (await settings.list()).find((one) => one.name === name);
  }

  /** Stores a version as another release would. */
  async function store(version: number, document: object): Promise<void> {
    const row = { version, document: JSON.stringify(document), actorId: null, note: null, rolledBackTo: null, at: new Date() };
    await db.transaction((tx) => tx.settingsVersion.create({ data: row }));
  }

  test('all settings are as configured until somebody sets them', async () => {
    const { settings } = await node({ MAX_PINS: '7' });
    expect(settings.config).toEqual(readConfig({ HEAD_CHECK_MS: '600000', MAX_PINS: '7' }));
    expect(await standing(settings, 'maxPins')).toMatchObject({ value: '7', default: '7', change: null });
    expect(await settings.versions({ first: 10 })).toEqual({ items: [], hasNextPage: false, hasPreviousPage: false });
  });

  test('a setting applies when it is acknowledged, and is listed with its author and time', async () => {
    const { settings } = await node();
    const before = await db.now();
    const version = await settings.set(42n, {
      settings: [
        { name: 'maxPins', value: '3' },
        { name: 'maintenance', value: 'true' },
      ],
      note: 'a quiet day',
    });
    expect(settings.config).toMatchObject({ maxPins: 3, maintenance: true, maxReactions: 20 });
    expect(version).toMatchObject({ version: 1, actorId: 42n, note: 'a quiet day', rolledBackTo: null });
    expect(version?.changes).toEqual([
      { name: 'maxPins', before: null, after: '3' },
      { name: 'maintenance', before: null, after: 'true' },
    ]);
    expect(version?.at.getTime()).toBeGreaterThanOrEqual(before.getTime());
    const change = { version: 1, actorId: 42n, at: version?.at };
    expect(await standing(settings, 'maxPins')).toMatchObject({ value: '3', default: '50', change });
    expect(await standing(settings, 'maxReactions')).toMatchObject({ value: '20', change: null });
  });

  test('a node that starts later has the settings', async () => {
    await (await node()).settings.set(null, setting('maxPins', '3'));
    expect((await node()).settings.config.maxPins).toBe(3);
  });

  test('a node that gets no message finds the settings by its check', async () => {
    const here = await node();
    const there = await node({ HEAD_CHECK_MS: '50' });
    const heard = new Promise<number>((resolve) => void there.settings.onChange(() => resolve(there.settings.config.maxPins)));
    await here.settings.set(null, setting('maxPins', '3'));
    expect(await heard).toBe(3);
  });

  test.each([
    ['maxPins', '0', 'maxPins must be a whole number from 1 to 1000.', 'value'],
    ['maxPins', '1001', 'maxPins must be a whole number from 1 to 1000.', 'value'],
    ['maxPins', '3.5', 'maxPins must be a whole number from 1 to 1000.', 'value'],
    ['maxPins', '', 'maxPins must be a whole number from 1 to 1000.', 'value'],
    ['maintenance', 'yes', 'maintenance must be one of true, false.', 'value'],
    ['logLevel', 'loud', 'logLevel must be one of trace, debug, info, warn, error, fatal, silent.', 'value'],
    ['maintenanceMessage', ' ', 'maintenanceMessage must be a line of 1 to 500 characters.', 'value'],
    ['maintenanceMessage', 'x'.repeat(501), 'maintenanceMessage must be a line of 1 to 500 characters.', 'value'],
    ['maxPin', '3', /^Unknown setting\. The settings are .*maxPins/, 'name'],
    ['port', '3', /^Unknown setting/, 'name'],
    ['__proto__', '3', /^Unknown setting/, 'name'],
    ['constructor', '3', /^Unknown setting/, 'name'],
  ])('%s cannot be set to %j, and the refusal has the reason', async (name, value, message, part) => {
    const { settings } = await node();
    const good = { name: 'maxReactions', value: '2' };
    const refused = await refusal(settings.set(null, { settings: [good, { name, value }] }));
    expect(refused).toMatchObject({ code: 'INVALID_INPUT', field: ['settings', '1', part] });
    expect(refused.message).toMatch(message);
    // Nor is anything else in the same change set.
    expect(settings.config.maxReactions).toBe(20);
    expect((await settings.versions({ first: 1 })).items).toEqual([]);
  });

  test('a change cannot set the same setting twice', async () => {
    const { settings } = await node();
    const twice = [
      { name: 'maxPins', value: '1' },
      { name: 'maxPins', value: '2' },
    ];
    expect(await refusal(settings.set(null, { settings: twice }))).toMatchObject({ field: ['settings', '1', 'name'] });
  });

  test('values that are too long to be stored are refused, and all others can still be set', async () => {
    const { settings } = await node();
    const hosts = (length: number) => 'a.example,'.repeat(length / 10);
    expect(await refusal(settings.set(null, setting('attachmentHosts', hosts(70_000))))).toMatchObject({
      code: 'INVALID_INPUT',
      field: ['settings'],
    });
    expect(await settings.set(null, setting('attachmentHosts', hosts(60_000)))).toMatchObject({ version: 1 });
    expect(await settings.set(null, setting('maxPins', '3'))).toMatchObject({ version: 2 });
  });

  test('a change that changes nothing makes no version', async () => {
    const { settings } = await node();
    expect(await settings.set(null, setting('maxPins', null))).toBeNull();
    expect(await settings.set(null, setting('maxPins', '3'))).toMatchObject({ version: 1 });
    expect(await settings.set(null, setting('maxPins', '3'))).toBeNull();
    expect(await settings.set(null, { settings: [] })).toBeNull();
    expect(await settings.rollBack(null, { version: 1 })).toBeNull();
    expect((await settings.versions({ first: 10 })).items).toHaveLength(1);
  });

  test('null resets a setting to each node’s configuration', async () => {
    const [here, there] = [await node({ MAX_PINS: '5' }), await node({ MAX_PINS: '6', HEAD_CHECK_MS: '50' })];
    await here.settings.set(null, setting('maxPins', '3'));
    const version = await here.settings.set(null, setting('maxPins', null));
    expect(version?.changes).toEqual([{ name: 'maxPins', before: '3', after: null }]);
    expect(here.settings.config.maxPins).toBe(5);
    await there.settings.list();
    expect(there.settings.config.maxPins).toBe(6);
  });

  test('a rollback restores the values after a version, and is a version itself', async () => {
    const { settings } = await node();
    await settings.set(1n, setting('maxPins', '1'));
    await settings.set(2n, setting('maxReactions', '2'));
    await settings.set(3n, {
      settings: [
        { name: 'maxPins', value: '3' },
        { name: 'typing', value: 'false' },
      ],
    });
    const version = await settings.rollBack(4n, { version: 2, note: 'too bold' });
    expect(version).toMatchObject({ version: 4, actorId: 4n, note: 'too bold', rolledBackTo: 2 });
    expect(version?.changes).toEqual([
      { name: 'maxPins', before: '3', after: '1' },
      { name: 'typing', before: 'false', after: null },
    ]);
    expect(settings.config).toMatchObject({ maxPins: 1, maxReactions: 2, typing: true });
    // An unchanged setting keeps its author.
    expect(await standing(settings, 'maxReactions')).toMatchObject({ change: { version: 2, actorId: 2n } });
    expect(await standing(settings, 'maxPins')).toMatchObject({ change: { version: 4, actorId: 4n } });
    await settings.rollBack(null, { version: 0 });
    expect(settings.config).toMatchObject({ maxPins: 50, maxReactions: 20, typing: true });
    await settings.rollBack(null, { version: 3 });
    expect(settings.config).toMatchObject({ maxPins: 3, maxReactions: 2, typing: false });
  });

  test.each([3, -1, 2_147_483_647])('a rollback to version %i, which does not exist, is refused', async (version) => {
    const { settings } = await node();
    await settings.set(null, setting('maxPins', '1'));
    expect(await refusal(settings.rollBack(null, { version }))).toMatchObject({ code: 'NOT_FOUND', field: ['version'] });
  });

  test('a change that expects a version other than the newest is refused and changes nothing', async () => {
    const { settings } = await node();
    await settings.set(null, { ...setting('maxPins', '1'), expectedVersion: 0 });
    const refused = await refusal(settings.set(null, { ...setting('maxPins', '2'), expectedVersion: 0 }));
    expect(refused).toMatchObject({ code: 'CONFLICT', field: ['expectedVersion'] });
    expect(await refusal(settings.rollBack(null, { version: 0, expectedVersion: 2 }))).toMatchObject({ code: 'CONFLICT' });
    expect(settings.config.maxPins).toBe(1);
    await settings.set(null, { ...setting('maxPins', '2'), expectedVersion: 1 });
    expect(settings.config.maxPins).toBe(2);
  });

  test('of concurrent changes that expect the same version, one is made', async () => {
    const [here, there] = [await node(), await node()];
    const outcomes = await Promise.allSettled(
      Array.from({ length: 12 }, (_, at) =>
        (at % 2 === 0 ? here : there).settings.set(BigInt(at), { ...setting('maxPins', String(at + 1)), expectedVersion: 0 }),
      ),
    );
    const [granted, refused] = ['fulfilled', 'rejected'].map((status) => outcomes.filter((outcome) => outcome.status === status));
    expect(granted).toHaveLength(1);
    for (const outcome of refused ?? []) expect(outcome).toMatchObject({ reason: { code: 'CONFLICT' } });
  });

  test('concurrent changes on several nodes run one after the other: none is lost, and each begins where the one before ended', async () => {
    const both = [await node(), await node()] as const;
    const names = ['maxPins', 'maxReactions', 'maxGroupMembers'];
    await Promise.all(
      Array.from({ length: 24 }, (_, at) =>
        both[at % 2 === 0 ? 0 : 1].settings.set(BigInt(at), setting(names[at % 3] ?? '', String(at + 2))),
      ),
    );
    const { items } = await both[0].settings.versions({ first: 100 });
    expect(items.map(({ version }) => version)).toEqual(Array.from({ length: 24 }, (_, at) => 24 - at));
    expect(new Set(items.map(({ actorId }) => actorId)).size).toBe(24);
    const values = new Map<string, string | null>();
    for (const { changes } of items.toReversed()) {
      expect(changes).toHaveLength(1);
      for (const { name, before, after } of changes) {
        expect(before).toBe(values.get(name) ?? null);
        values.set(name, after);
      }
    }
    for (const { settings } of both) {
      await settings.list();
      for (const name of ['maxPins', 'maxReactions', 'maxGroupMembers'] as const)
        expect(settings.config[name]).toBe(Number(values.get(name)));
    }
  });

  test('versions are listed in pages, newest first', async () => {
    const { settings } = await node();
    for (const value of ['1', '2', '3', '4', '5']) await settings.set(null, setting('maxPins', value));
    const first = await settings.versions({ first: 2 });
    expect(first).toMatchObject({ items: [{ version: 5 }, { version: 4 }], hasNextPage: true, hasPreviousPage: false });
    const last = await settings.versions({ first: 3, after: 4 });
    expect(last).toMatchObject({ items: [{ version: 3 }, { version: 2 }, { version: 1 }], hasNextPage: false, hasPreviousPage: true });
    expect(last.items.map(({ changes }) => changes)).toEqual([
      [{ name: 'maxPins', before: '2', after: '3' }],
      [{ name: 'maxPins', before: '1', after: '2' }],
      [{ name: 'maxPins', before: null, after: '1' }],
    ]);
    expect(await settings.versions({ first: 3, after: 1 })).toMatchObject({ items: [], hasNextPage: false });
  });

  test('settings of another release are ignored, logged, and kept by later changes', async () => {
    await store(1, {
      maxPins: { value: '3', version: 1 },
      telepathy: { value: 'on', version: 1 },
      maxReactions: { value: 'plenty', version: 1 },
    });
    const { settings, logged } = await node();
    expect(settings.config).toMatchObject({ maxPins: 3, maxReactions: 20 });
    const said = logged.filter(({ setting: name }) => name !== undefined);
    expect(said).toMatchObject([
      { setting: 'telepathy', fault: 'is not known to this release', level: 40 },
      { setting: 'maxReactions', fault: 'must be a whole number from 1 to 1000', level: 40 },
    ]);
    await settings.set(null, setting('maxPins', '4'));
    const row = await db.client.settingsVersion.findUniqueOrThrow({ where: { version: 2 } });
    expect(JSON.parse(row.document)).toEqual({
      maxPins: { value: '4', version: 2 },
      telepathy: { value: 'on', version: 1 },
      maxReactions: { value: 'plenty', version: 1 },
    });
    const { items } = await settings.versions({ first: 10 });
    expect(items[1]?.changes).toContainEqual({ name: 'telepathy', before: null, after: 'on' });
    await settings.rollBack(null, { version: 0 });
    expect((await settings.versions({ first: 1 })).items[0]?.changes).toContainEqual({ name: 'telepathy', before: 'on', after: null });
  });

  test('a version that cannot be read changes nothing, and the next one applies', async () => {
    const { settings, logged } = await node({ HEAD_CHECK_MS: '50' });
    await settings.set(null, setting('maxPins', '3'));
    await store(2, { maxPins: 'three' });
    await expect.poll(() => logged.some(({ msg }) => msg === 'the settings could not be read; the next check retries it')).toBe(true);
    expect(settings.config.maxPins).toBe(3);
    await store(3, { maxPins: { value: '4', version: 3 } });
    await expect.poll(() => settings.config.maxPins).toBe(4);
  });

  test('every change is logged with its author', async () => {
    const { settings, logged } = await node();
    await settings.set(7n, { ...setting('maxPins', '3'), note: 'because' });
    expect(logged).toContainEqual(
      expect.objectContaining({ msg: 'settings were changed', version: 1, actorId: '7', note: 'because', level: 30 }),
    );
  });

  test.each(['', ' ', 'a\nb', 'x'.repeat(201), 'half \ud800', 'nul \0'])('a note of %j is refused', async (note) => {
    const { settings } = await node();
    expect(await refusal(settings.set(null, { ...setting('maxPins', '3'), note }))).toMatchObject({
      code: 'INVALID_INPUT',
      field: ['note'],
    });
    expect(settings.config.maxPins).toBe(50);
  });
}
