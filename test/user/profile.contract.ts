import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { createMemoryLimits } from '../../src/limit/limit.memory.ts';
import type { UserPage, Viewer } from '../../src/user/index.ts';
import { password, type UsersWorld, usersOn, usualConfig } from './users-world.ts';

/** What profiles and the search for people promise, on any database. */
export function promisesOfProfiles(open: () => Promise<Db>): void {
  let db: Db;
  let world: UsersWorld;
  beforeAll(async () => {
    db = await open();
    world = usersOn(db);
  });
  afterAll(() => db[Symbol.asyncDispose]());

  describe('a profile', () => {
    test('absent leaves unchanged, null clears, and each change is an entry', async () => {
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

    test('changes sixty times in a quarter of an hour at most; what changes nothing, or is refused, does not count', async () => {
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

    test('what changes nothing makes no entry', async () => {
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
    ])('refuses a bad %s and changes nothing', async (field, wrong) => {
      const { viewer } = await world.newcomer();
      await expect(world.users.updateProfile(viewer, { bio: 'fine', ...wrong })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        field: [field],
      });
      expect(await world.users.byIds([viewer.userId])).toMatchObject([{ bio: null }]);
    });

    test('takes the longest bio and an address in any script', async () => {
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

  test('people are found by ids in the order asked for, with null where there is none', async () => {
    const [one, two] = [await world.newcomer(), await world.newcomer()];
    const found = await world.users.byIds([two.viewer.userId, 999_999n, one.viewer.userId, two.viewer.userId]);
    expect(found.map((user) => user?.handle)).toEqual([two.handle, undefined, one.handle, two.handle]);
    expect(await world.users.byIds([])).toEqual([]);
    expect(await world.users.byHandle('nobody.at.all')).toBeNull();
    expect(await world.users.byHandle('not a handle')).toBeNull();
  });

  test('whether anybody is there', async () => {
    await using empty = await open();
    const fresh = usersOn(empty);
    expect(await fresh.users.any()).toBe(false);
    await fresh.newcomer();
    expect(await fresh.users.any()).toBe(true);
  });

  describe('the search for people', () => {
    // A made-up syllable of its own keeps each test's people apart.
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

    test('finds by the beginning of the handle or of any word of the name', async () => {
      const s = syllable();
      const id = await signUp(`${s}.smith_1`, `Maria Jean-${s}luc O’${s}brien`);
      for (const text of [s, `${s}.smi`, `${s}luc`, `${s}BRI`, `o’${s}`, `Jean-${s}`, `maria ${s}`, `  ${s}.smith_1  `]) {
        expect(await found(text), text).toEqual([id]);
      }
      for (const text of [`x${s}`, s.slice(1), `${s}.smith_10`, `nobody ${s}`]) expect(await found(text), text).not.toContain(id);
    });

    test('looks past case, accents, width and compatibility forms', async () => {
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

    test('finds a word of a script without spaces from any of its letters on, in one word with its neighbour or apart from it, and what stands behind it', async () => {
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

    test('is throttled per user, and each search counts once however many pages are read', async () => {
      const throttled = world.node({ limits: createMemoryLimits(), config: { ...usualConfig, searchesPerMinute: 2 } });
      const other = await world.newcomer();
      const read = await throttled.search(seeker, 'a');
      for (let pages = 0; pages < 5; pages += 1) await read({ first: 1 });
      await throttled.search(seeker, 'b');
      await expect(throttled.search(seeker, 'c')).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
      await throttled.search(other.viewer, 'c');
    });

    test('reads punctuation as a gap between words and never as a pattern', async () => {
      // Each of its halves is long enough to begin no other word by chance.
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
        'x'.repeat(10_000),
      ]) {
        expect(await found(text), text).toEqual([]);
      }
      for (const text of [`${s}'`, `${s}%`, `"${s}" (percent)`, `${s}\u0000`]) expect(await found(text), text).toEqual([id]);
    });

    test('shows each once and pages through all of them, in a steady order', async () => {
      const s = syllable();
      const ids: bigint[] = [];
      // Each has several words that begin alike, also across pages.
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
      expect(new Set(seen).size).toBe(12);
      expect(await search(s, { first: 12 })).toMatchObject({ hasNextPage: false });
    });

    test('by several words pages through all of them once, whichever of the words is the rarest by then', async () => {
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
        // What was the rarer word is the more common one from here on.
        for (let count = 0; count < 4; count += 1) await signUp(`${s}m${seen.length}${count}`, `${s}x and no more`);
      }
      expect(seen.toSorted()).toEqual(ids.toSorted());
    });

    test('a new name is found at once, the old one no more', async () => {
      const s = syllable();
      const { viewer } = await world.newcomer({ displayName: `${s}old` });
      await world.users.updateProfile(viewer, { displayName: `${s}new` });
      expect(await found(`${s}old`)).toEqual([]);
      expect(await found(`${s}new`)).toEqual([viewer.userId]);
      await world.users.updateProfile(viewer, { displayName: null });
      expect(await found(s)).toEqual([]);
    });

    test('finds active people only', async () => {
      const s = syllable();
      const { viewer } = await world.newcomer({ displayName: s });
      await db.transaction((tx) => tx.user.update({ where: { id: viewer.userId }, data: { state: 'SUSPENDED' } }));
      expect(await found(s)).toEqual([]);
    });

    test('a key of another list is refused', async () => {
      for (const after of ['', 'x', '1:2', '12345678901234567890 a', `1 ${'x'.repeat(65)}`, '1 bob']) {
        await expect(search('a', { first: 1, after })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
      }
    });
  });
}
