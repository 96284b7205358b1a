import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { createMemoryLimits } from '../../src/limit/limit.memory.ts';
import type { UserPage, Viewer } from '../../src/user/index.ts';
import { password, type UsersWorld, usersOn, usualConfig } from './users-world.ts';

/** What profiles and the user search promise, on any database. */
export function promisesOfProfiles(open: () => Promise<Db>): void {
  let db: Db;
  let world: UsersWorld;
  beforeAll(async () => {
    db = await open();
    world = usersOn(db);
  });
  afterAll(() => db[Symbol.asyncDispose]());

  describe('a profile', () => {
    test('keeps fields that are not given, clears fields that are null, and logs an entry for each change', async () => {
      const { viewer, handle } = await world.newcomer();
      const bio = 'first\n\tsecond 🎉';
      expect(await world.users.updateProfile(viewer, { displayName: 'Ann', avatarUrl: 'https://example.com/a.png', bio })).toMatchObject({
        displayName: 'Ann',
        avatarUrl: 'https://example.com/a.png',
        bio,
      });
      expect(await world.users.updateProfile(viewer, { displayName: null })).toMatchObject({
        displayName: handle,
        avatarUrl: 'https://example.com/a.png',
        bio,
      });
      const cleared = await world.users.updateProfile(viewer, { avatarUrl: null, bio: null });
      expect(cleared).toMatchObject({ displayName: handle, avatarUrl: null, bio: null });
      expect(await world.users.byIds([viewer.userId])).toEqual([cleared]);
      expect(await world.entries(viewer.userId)).toEqual(['SessionStarted', 'ProfileChanged', 'ProfileChanged', 'ProfileChanged']);
    });

    test('can be changed sixty times in a quarter of an hour, without counting refused changes and those without effect', async () => {
      const { viewer } = await world.newcomer();
      for (let n = 0; n < 60; n += 1) {
        await world.users.updateProfile(viewer, { bio: `${n}` });
        await world.users.updateProfile(viewer, { bio: `${n}` });
        await expect(world.users.updateProfile(viewer, { avatarUrl: 'no address' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      }
      const another = world.users.updateProfile(viewer, { bio: 'another' });
      await expect(another).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
      expect((await world.users.byIds([viewer.userId]))[0]).toMatchObject({ bio: '59' });
    });

    test('logs no entry for a change without effect', async () => {
      const { viewer } = await world.newcomer();
      await world.users.updateProfile(viewer, { bio: 'same' });
      await world.users.updateProfile(viewer, { bio: 'same' });
      await world.users.updateProfile(viewer, {});
      expect(await world.entries(viewer.userId)).toEqual(['SessionStarted', 'ProfileChanged']);
    });

    test.each([
      ['displayName', { displayName: '   ' }],
      ['displayName', { displayName: 'x'.repeat(65) }],
      ['displayName', { displayName: 'tab\tbed' }],
      ['avatarUrl', { avatarUrl: '' }],
      ['avatarUrl', { avatarUrl: 'javascript:alert(1)' }],
      ['avatarUrl', { avatarUrl: '/relative.png' }],
      ['avatarUrl', { avatarUrl: `https://example.com/${'x'.repeat(2_048)}` }],
      ['avatarUrl', { avatarUrl: `https://example.com/${'ä'.repeat(500)}` }],
      ['avatarUrl', { avatarUrl: 'https://example.com/\n' }],
      ['bio', { bio: '👍'.repeat(1_001) }],
      ['bio', { bio: 'bell\u0007' }],
      ['bio', { bio: '\udfff' }],
    ])('refuses an invalid %s and changes nothing', async (field, wrong) => {
      const { viewer } = await world.newcomer();
      await expect(world.users.updateProfile(viewer, { bio: 'fine', ...wrong })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        field: [field],
      });
      expect(await world.users.byIds([viewer.userId])).toMatchObject([{ bio: null }]);
    });

    test('accepts the longest bio and a URL in any script', async () => {
      const { viewer } = await world.newcomer();
      const { bio, avatarUrl } = await world.users.updateProfile(viewer, {
        bio: '👍'.repeat(1_000),
        avatarUrl: 'https://bücher.example/ä.png',
      });
      expect(bio).toBe('👍'.repeat(1_000));
      expect(avatarUrl).toBe('https://xn--bcher-kva.example/%C3%A4.png');
      expect(await world.users.byIds([viewer.userId])).toMatchObject([{ bio, avatarUrl }]);
    });
  });

  test('users are found by ids in the given order, with null for unknown ids', async () => {
    const [one, two] = [await world.newcomer(), await world.newcomer()];
    const found = await world.users.byIds([two.viewer.userId, 999_999n, one.viewer.userId, two.viewer.userId]);
    expect(found.map((user) => user?.handle)).toEqual([two.handle, undefined, one.handle, two.handle]);
    expect(await world.users.byIds([])).toEqual([]);
    expect(await world.users.byHandle('nobody.at.all')).toBeNull();
    expect(await world.users.byHandle('not a handle')).toBeNull();
  });

  test('it is known whether there are any users', async () => {
    await using empty = await open();
    const fresh = usersOn(empty);
    expect(await fresh.users.any()).toBe(false);
    await fresh.newcomer();
    expect(await fresh.users.any()).toBe(true);
  });

  describe('the user search', () => {
    // Each test uses a random syllable of its own, so that tests do not find each other's users.
    function syllable(): string {
      return [...randomBytes(5)].map((byte) => String.fromCharCode(97 + (byte % 26))).join('');
    }
    async function signUp(handle: string, displayName: string): Promise<bigint> {
      return (await world.users.signUp({ handle, displayName, password, address: world.address() })).viewer.userId;
    }
    let seeker: Viewer;
    beforeAll(async () => {
      seeker = (await world.newcomer()).viewer;
    });
    async function search(text: string, page: { readonly first: number; readonly after?: string | undefined }): Promise<UserPage> {
      const read = await world.users.search(seeker, text);
      return read(page);
    }
    async function found(text: string): Promise<readonly bigint[]> {
      return (await search(text, { first: 100 })).items.map(({ user }) => user.id);
    }

    test('has no empty page with more to come, if all on it are erased while it is read', async () => {
      const s = syllable();
      const ids = [await signUp(`${s}a`, 'A'), await signUp(`${s}b`, 'B')];
      const [first = 0n] = await found(s);
      let erasing: Promise<unknown> | undefined;
      const erase = () => db.transaction((tx) => tx.user.update({ where: { id: first }, data: { state: 'ERASED' } }));
      async function $queryRaw(...asked: Parameters<typeof db.client.$queryRaw>) {
        const [query] = asked;
        // The users are read after their places.
        if ('sql' in query && /\bid IN\b/.test(query.sql)) erasing ??= erase();
        await erasing;
        return db.client.$queryRaw(...asked);
      }
      const client = new Proxy(db.client, {
        get: (target, name): unknown => (name === '$queryRaw' ? $queryRaw : Reflect.get(target, name)),
      });
      const read = await world.node({ db: { ...db, client } }).search(seeker, s);
      expect((await read({ first: 1 })).items.map(({ user }) => user.id)).toEqual(ids.filter((id) => id !== first));
      expect(erasing).toBeDefined();
    });

    test('finds users by the beginning of the handle or of any word of the name', async () => {
      const s = syllable();
      const id = await signUp(`${s}.smith_1`, `Maria Jean-${s}luc O’${s}brien`);
      for (const text of [s, `${s}.smi`, `${s}luc`, `${s}BRI`, `o’${s}`, `Jean-${s}`, `maria ${s}`, `  ${s}.smith_1  `]) {
        expect(await found(text), text).toEqual([id]);
      }
      for (const text of [`x${s}`, s.slice(1), `${s}.smith_10`, `nobody ${s}`]) expect(await found(text), text).not.toContain(id);
    });

    test('ignores case, accents, width and compatibility forms', async () => {
      const s = syllable();
      const id = await signUp(`${s}.x`, `${s}Ångström Straße ΜΑΊΟΣ İpek ﬁnn １２`);
      for (const word of [
        `${s}angstrom`,
        `${s}ÅNGSTRÖM`,
        `${s}a\u030angstro\u0308m`,
        `strasse ${s}`,
        `STRASSE ${s}`,
        `μαιος ${s}`,
        `μαιοσ ${s}`,
        `ipek ${s}`,
        `finn ${s}`,
        `12 ${s}`,
      ]) {
        expect(await found(word), word).toEqual([id]);
      }
    });

    test('finds words of scripts without spaces from any letter on, with or without a space before the next word, and the word after them', async () => {
      const s = syllable();
      const names = {
        [`田中太郎 ${s}a`]: ['田中太郎', '田中', '太郎', '中太', '郎', '田中 太郎'],
        [`田中 次郎 ${s}b`]: ['田中次郎', '中次', '次郎 田中'],
        [`マリア・カラス ${s}c`]: ['マリア', 'カラス', 'マリアカラス', 'ｶﾗｽ'],
        [`김민수 ${s}d`]: ['김민수', '민수', '수', '김'],
        [`สมชาย ${s}e`]: ['สมชาย', 'ชาย'],
        [`山田Taroさん2号 ${s}f`]: ['taro', '田taro', 'taroさん', 'さん', '2号', '山田TARO'],
      };
      for (const [place, [name, words]] of Object.entries(names).entries()) {
        const id = await signUp(`h${place}.${s}`, name);
        const mark = name.slice(name.indexOf(s));
        for (const word of words) expect(await found(`${word} ${mark}`), word).toEqual([id]);
      }
      for (const word of ['太田', '郎太', '수민', 'aro']) expect(await found(`${word} ${s}`), word).toEqual([]);
    });

    test('is throttled per user, and a search counts once, however many pages are read', async () => {
      const throttled = world.node({ limits: createMemoryLimits(), config: { ...usualConfig, searchesPerMinute: 2 } });
      const other = await world.newcomer();
      const read = await throttled.search(seeker, 'a');
      for (let pages = 0; pages < 5; pages += 1) await read({ first: 1 });
      await throttled.search(seeker, 'b');
      await expect(throttled.search(seeker, 'c')).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
      await throttled.search(other.viewer, 'c');
    });

    test('takes punctuation as a space between words and never as a pattern', async () => {
      // Each half is long enough not to be the beginning of another word by chance.
      const s = syllable() + syllable();
      const id = await signUp(`${s}.y`, `${s} percent`);
      for (const text of [
        '',
        '   ',
        '!!!',
        '👍',
        '%',
        '\\',
        '\u0000',
        `${s.slice(0, 5)}_${s.slice(6)}`,
        `${s.slice(0, 5)}%${s.slice(6)}`,
        'x'.repeat(200),
      ]) {
        expect(await found(text), text).toEqual([]);
      }
      for (const text of [`${s}'`, `${s}%`, `"${s}" (percent)`, `${s}\u0000`]) expect(await found(text), text).toEqual([id]);
    });

    test('shows each user once over all pages, in the order of one long page', async () => {
      const s = syllable();
      const ids: bigint[] = [];
      // Each user has several words with the same beginning, in one page and across pages.
      for (let count = 0; count < 12; count += 1) ids.push(await signUp(`${s}${count}`, `${s}b${count} ${s}a${11 - count} ${s}`));
      const seen: bigint[] = [];
      let after: string | undefined;
      for (let pages = 1; ; pages += 1) {
        const page = await search(s, { first: 5, after });
        seen.push(...page.items.map(({ user }) => user.id));
        after = page.items.at(-1)?.key;
        expect(page.hasNextPage).toBe(pages < 3);
        if (!page.hasNextPage) break;
      }
      expect(seen.toSorted()).toEqual(ids.toSorted());
      expect(await search(s, { first: 12 })).toMatchObject({ items: seen.map((id) => ({ user: { id } })), hasNextPage: false });
    });

    test('for several words shows each user once over all pages, even if another of the words becomes the rarest', async () => {
      const s = syllable();
      const ids: bigint[] = [];
      for (let count = 0; count < 5; count += 1) ids.push(await signUp(`${s}y${count}`, `${s}x ${s}z${count} other`));
      for (let count = 0; count < 3; count += 1) await signUp(`${s}n${count}`, `${s}z and no more`);
      const text = `${s}x ${s}z ${s}`;
      const seen: bigint[] = [];
      for (let after: string | undefined, more = true; more; ) {
        const page = await search(text, { first: 2, after });
        seen.push(...page.items.map(({ user }) => user.id));
        after = page.items.at(-1)?.key;
        more = page.hasNextPage;
        // The word that was the rarer one is the more common one from here on.
        for (let count = 0; count < 4; count += 1) await signUp(`${s}m${seen.length}${count}`, `${s}x and no more`);
      }
      expect(seen.toSorted()).toEqual(ids.toSorted());
    });

    test('finds a new name at once and the former one no longer', async () => {
      const s = syllable();
      const { viewer } = await world.newcomer({ displayName: `${s}old` });
      await world.users.updateProfile(viewer, { displayName: `${s}new` });
      expect(await found(`${s}old`)).toEqual([]);
      expect(await found(`${s}new`)).toEqual([viewer.userId]);
      await world.users.updateProfile(viewer, { displayName: null });
      expect(await found(s)).toEqual([]);
    });

    test('finds active users only', async () => {
      const s = syllable();
      const { viewer } = await world.newcomer({ displayName: s });
      await db.transaction((tx) => tx.user.update({ where: { id: viewer.userId }, data: { state: 'SUSPENDED' } }));
      expect(await found(s)).toEqual([]);
    });

    test('refuses a key of another list', async () => {
      for (const after of ['', 'x', '1:2', '12345678901234567890 a', `1 ${'x'.repeat(65)}`, '1 bob']) {
        await expect(search('a', { first: 1, after })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
      }
    });
  });
}
