import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { type Act, type Audit, type AuditEntry, type AuditFilter, createAudit } from '../../src/audit/index.ts';
import type { Db } from '../../src/db/index.ts';
import { ChatError } from '../../src/errors.ts';

const alice = { userId: 7n, name: 'alice', origin: '192.0.2.1' };
const shell = { userId: null, name: 'root', origin: 'command line on host' };
const dayMs = 86_400_000;

/** What the audit promises, on any database. */
export function promisesOfAudit(open: () => Promise<Db>): void {
  let db: Db;
  let audit: Audit;
  beforeAll(async () => {
    db = await open();
    audit = auditFor(0);
  });
  beforeEach(async () => {
    await db.transaction((tx) => tx.auditEntry.deleteMany());
  });
  afterAll(() => db[Symbol.asyncDispose]());

  function auditFor(auditDays: number, on: Db = db): Audit {
    return createAudit({ db: on, logger: pino({ level: 'silent' }), config: { auditDays } });
  }

  async function newest(filter: AuditFilter = {}): Promise<readonly AuditEntry[]> {
    return (await audit.list(filter, { first: 100 })).items;
  }

  function act(rest: Partial<Act> = {}): Act {
    return { actor: alice, action: 'setSettings', arguments: { name: 'maxPins' }, ...rest };
  }

  /** Writes an entry at a moment, as the act of an actor. */
  async function entryAt(at: Date, rest: Partial<Act> = {}): Promise<void> {
    const { actor, action, target } = act(rest);
    const { userId, name: actorName, origin } = actor;
    const actorId = userId ?? 0n;
    const data = { at, actorId, actorName, origin, action, arguments: '{}', target: target ?? null, outcome: 'DONE' };
    await db.transaction((tx) => tx.auditEntry.create({ data }));
  }

  test('an act is recorded before it begins, and its outcome after it ends', async () => {
    const during = await audit.act(act({ target: 'User:9' }), async (note) => {
      note({ before: { role: 'USER' } });
      note({ after: { role: 'ADMIN' } });
      return await newest();
    });
    expect(during).toMatchObject([{ outcome: 'UNKNOWN', endedAt: null, before: null, action: 'setSettings', target: 'User:9' }]);
    expect(await newest()).toEqual([
      {
        ...{ id: during[0]?.id, at: during[0]?.at, endedAt: expect.any(Date) },
        ...{
          actorId: 7n,
          actorName: 'alice',
          origin: '192.0.2.1',
          action: 'setSettings',
          arguments: '{"name":"maxPins"}',
          target: 'User:9',
        },
        ...{ before: '{"role":"USER"}', after: '{"role":"ADMIN"}', outcome: 'DONE', code: null },
      },
    ]);
  });

  test.each([
    ['what is refused', new ChatError('FORBIDDEN', 'No.'), 'REFUSED', 'FORBIDDEN'],
    ['what may have been done', new ChatError('UNAVAILABLE', 'Later.'), 'FAILED', 'UNAVAILABLE'],
    ['a bug', new TypeError('undefined is no function'), 'FAILED', 'INTERNAL'],
  ])('an act that throws %s rethrows the error and records its outcome', async (_what, error, outcome, code) => {
    await expect(audit.act(act(), () => Promise.reject(error))).rejects.toBe(error);
    expect(await newest()).toMatchObject([{ outcome, code }]);
  });

  test('a refusal that is returned is recorded as REFUSED', async () => {
    expect(
      await audit.act(
        act(),
        async () => 'no',
        () => 'CONFLICT',
      ),
    ).toBe('no');
    expect(await newest()).toMatchObject([{ outcome: 'REFUSED', code: 'CONFLICT' }]);
  });

  test('an act that cannot be recorded does not run', async () => {
    let done = false;
    await using closed = {
      ...db,
      commit: () => Promise.reject(new ChatError('UNAVAILABLE', 'Away.')),
      [Symbol.asyncDispose]: async () => {},
    };
    const acting = auditFor(0, closed).act(act(), async () => {
      done = true;
    });
    await expect(acting).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(done).toBe(false);
  });

  test('an act whose outcome cannot be recorded still returns its result and stays UNKNOWN', async () => {
    const forgetful = { ...db, commitIdempotent: () => Promise.reject(new ChatError('UNAVAILABLE', 'Away.')) };
    expect(await auditFor(0, forgetful).act(act(), async () => 'done')).toBe('done');
    expect(await newest()).toMatchObject([{ outcome: 'UNKNOWN', endedAt: null }]);
  });

  test('secrets are withheld by their names at any depth, and long texts and lists are cut', async () => {
    const given = {
      ...{ password: 'p1', newPassword: 'p2', accessToken: 't1', webhookSecret: 's1', keys: { auth: 'a1' }, apiKey: 'k1' },
      ...{ url: 'https://ann:p3@example.org/hook?key=k2', clientNoticeId: 'mine', tokens: 7 },
      ...{ pasted: ' https://ann:p5@example.org/', note: 'for https://a.example/?key=k3 and (https://b.example/h?key=k4)' },
      long: `${'x'.repeat(180)} https://ann:${'p6'.repeat(40)}@example.org ${'x'.repeat(8_000)}`,
      list: [{ signing_secret: 's2', title: 'Hello' }],
      body: 'x'.repeat(5_000),
      to: Array.from({ length: 1_000 }, (_, n) => n),
      id: 42n,
      nothing: undefined,
      secretOfNobody: null,
      odd: 'half \ud800 \0',
    };
    await audit.act(act({ arguments: given, target: `User:\0${'9'.repeat(500)}` }), async (note) => note({ before: { password: 'p4' } }));
    const [entry] = await newest();
    const kept = JSON.stringify(entry, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    for (const secret of ['p1', 'p2', 'p3', 'p4', 't1', 's1', 's2', 'a1', 'k1', 'k2', 'p5', 'k3', 'k4', 'p6'])
      expect(kept).not.toContain(`${secret}`);
    expect(JSON.parse(entry?.arguments ?? '')).toMatchObject({
      ...{
        password: '(withheld)',
        keys: '(withheld)',
        url: 'https://(withheld)@example.org/hook?(withheld)',
        pasted: ' https://(withheld)@example.org/',
        note: 'for https://a.example/?(withheld) and (https://b.example/h?(withheld)',
        clientNoticeId: 'mine',
        id: '42',
      },
      ...{ list: [{ signing_secret: '(withheld)', title: 'Hello' }], secretOfNobody: null },
      body: `${'x'.repeat(200)}… (5000 characters)`,
      to: [...Array.from({ length: 20 }, (_, n) => n), '… 980 more'],
    });
    expect(entry?.target).toHaveLength(128);
  });

  test('an entry fits its row however large or deep the arguments are', async () => {
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`n${n}`, '🎉'.repeat(300)]));
    let deep: unknown = 'x';
    for (let n = 0; n < 50; n += 1) deep = [deep];
    await audit.act(act({ arguments: { wide, deep }, action: 'a'.repeat(300) }), async () => undefined);
    const [entry] = await newest();
    expect(entry?.outcome).toBe('DONE');
    expect(Buffer.byteLength(entry?.arguments ?? '')).toBeLessThan(65_535);
  });

  test('acts are found by actor, action, target and time, alone and combined, newest first', async () => {
    const day = (n: number) => new Date(Date.UTC(2026, 0, n));
    await entryAt(day(1), { actor: alice, action: 'one', target: 'User:1' });
    await entryAt(day(2), { actor: shell, action: 'two', target: 'User:1' });
    await entryAt(day(3), { actor: alice, action: 'two', target: 'User:2' });
    await entryAt(day(4), { actor: { ...alice, userId: 8n }, action: 'one' });
    const found = async (filter: AuditFilter) => (await newest(filter)).map(({ at }) => at.getUTCDate());
    expect(await found({})).toEqual([4, 3, 2, 1]);
    expect(await found({ actor: 7n })).toEqual([3, 1]);
    expect(await found({ actor: 'COMMAND_LINE' })).toEqual([2]);
    expect(await found({ action: 'two' })).toEqual([3, 2]);
    expect(await found({ target: 'User:1' })).toEqual([2, 1]);
    expect(await found({ from: day(2), to: day(4) })).toEqual([3, 2]);
    expect(await found({ actor: 7n, action: 'two', target: 'User:2', from: day(3), to: day(4) })).toEqual([3]);
    expect(await found({ actor: 7n, action: 'two', target: 'User:1' })).toEqual([]);
    for (const nothing of ['一', 'dös', '\ud800', '']) {
      expect(await found({ action: nothing }), nothing).toEqual([]);
      expect(await found({ target: nothing }), nothing).toEqual([]);
    }
  });

  test('paging returns each act once, including acts of the same moment', async () => {
    const moment = new Date(Date.UTC(2026, 1, 1));
    for (let n = 0; n < 5; n += 1) await entryAt(moment);
    await entryAt(new Date(moment.getTime() + 1));
    const seen: bigint[] = [];
    let after: AuditEntry | undefined;
    for (let more = true; more; ) {
      const page = await audit.list({}, { first: 2, after });
      seen.push(...page.items.map(({ id }) => id));
      after = page.items.at(-1);
      more = page.hasNextPage;
    }
    expect(seen).toEqual((await newest()).map(({ id }) => id));
    expect(seen).toEqual([...seen].toSorted((one, other) => Number(other - one)));
    expect(new Set(seen).size).toBe(6);
  });

  test('all acts are read oldest first, in pieces of at most 500', async () => {
    const start = Date.UTC(2026, 2, 1);
    const data = Array.from({ length: 1_203 }, (_, n) => ({
      ...{ at: new Date(start + Math.floor(n / 3)), actorId: 0n, actorName: 'root', origin: 'here', action: 'act', arguments: String(n) },
      outcome: 'DONE',
    }));
    await db.transaction((tx) => tx.auditEntry.createMany({ data }));
    const pieces: (readonly AuditEntry[])[] = [];
    for await (const piece of audit.all({ to: new Date(start + 400) })) pieces.push(piece);
    expect(pieces.flat().map((entry) => Number(entry.arguments))).toEqual(Array.from({ length: 1_200 }, (_, n) => n));
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(500);
  });

  test('entries older than AUDIT_DAYS are removed, and none if that is 0', async () => {
    const now = (await db.now()).getTime();
    for (const days of [0, 29, 31, 400]) await entryAt(new Date(now - days * dayMs), { action: `${days}` });
    expect(await auditFor(0).prune()).toBe(0);
    expect(await auditFor(30).prune()).toBe(2);
    expect((await newest()).map(({ action }) => action)).toEqual(['0', '29']);
  });

  test('old entries are removed in as many pieces as it takes', async () => {
    const at = new Date((await db.now()).getTime() - 31 * dayMs);
    const data = Array.from({ length: 1_001 }, () => ({
      ...{ at, actorId: 0n, actorName: 'root', origin: 'here', action: 'act', arguments: '{}', outcome: 'DONE' },
    }));
    await db.transaction((tx) => tx.auditEntry.createMany({ data }));
    expect(await auditFor(30).prune()).toBe(1_001);
    expect(await newest()).toEqual([]);
  });

  test('old entries are removed every hour or so, also after a round that failed, until the audit is closed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const old = new Date((await db.now()).getTime() - 31 * dayMs);
    let rounds = 0;
    const counted: Db = {
      ...db,
      now(tx) {
        rounds += 1;
        return rounds === 1 ? Promise.reject(new ChatError('UNAVAILABLE', 'Away.')) : db.now(tx);
      },
    };
    const pruning = auditFor(30, counted);
    pruning.begin();
    for (const round of [1, 2, 3]) {
      await entryAt(old);
      await expect.poll(() => vi.getTimerCount()).toBe(1);
      vi.advanceTimersToNextTimer();
      if (round > 1) await expect.poll(() => newest()).toEqual([]);
    }
    await pruning[Symbol.asyncDispose]();
    expect([rounds, vi.getTimerCount()]).toEqual([3, 0]);
  });

  test('an entry that has ended never changes', async () => {
    let again: Promise<unknown> = Promise.resolve();
    // Runs the same ending a second time, as happens when the connection is lost at COMMIT.
    const twice: Db = {
      ...db,
      async commitIdempotent(work) {
        const first = await db.commitIdempotent(work);
        again = db.commitIdempotent(work);
        return first;
      },
    };
    await auditFor(0, twice).act(act(), async (note) => note({ after: 1 }));
    await again;
    expect(await newest()).toMatchObject([{ outcome: 'DONE', after: '1' }]);
  });
}
