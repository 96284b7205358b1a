import { createHook } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import { createPasswords, makeDecoy } from '../../src/user/password.ts';
import { cheapPasswords } from '../support/cheap-passwords.ts';

const here = '192.0.2.1';

/** Counts the hashes that are made in the thread pool while `work` runs. Nothing else in this file starts work there without a name. */
async function hashesDuring(work: () => Promise<void>): Promise<number> {
  let count = 0;
  const hook = createHook({
    init(_id, type) {
      // The library gives its work no name, and the bridge to Node makes this of it.
      if (type === 'undefined') count += 1;
    },
  }).enable();
  try {
    await work();
  } finally {
    hook.disable();
  }
  return count;
}

/** Everything in a hash that decides how long a check takes: algorithm, version, cost, and the lengths of salt and hash. */
function outlineOf(phc: string): readonly unknown[] {
  const [, algorithm, version, cost, salt, hash] = phc.split('$');
  return [algorithm, version, cost, salt?.length, hash?.length];
}

describe('passwords', () => {
  test('are stored as salted argon2id with the cost that OWASP recommends', async () => {
    const passwords = createPasswords();
    const [one, two] = await Promise.all([passwords.hash('correct horse', here), passwords.hash('correct horse', here)]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(one.length).toBeLessThanOrEqual(255);
    expect(await passwords.matches(one, 'correct horse', here)).toBe(true);
    expect(await passwords.matches(one, 'correct Horse', here)).toBe(false);
  });

  test('of unknown users are checked with as much work as others: one hash of the same cost', async () => {
    const passwords = createPasswords(cheapPasswords);
    const phc = await passwords.hash('correct horse', here);
    for (const hash of [phc, null]) {
      const count = await hashesDuring(async () => expect(await passwords.matches(hash, 'wrong guess', here)).toBe(false));
      expect(count, String(hash)).toBe(1);
    }
    expect(outlineOf(makeDecoy(cheapPasswords))).toEqual(outlineOf(phc));
  });

  test('wait in a bounded queue, and the event loop continues meanwhile', async () => {
    const passwords = createPasswords({ memoryKib: 4_096, passes: 1 });
    let turns = 0;
    const ticking = setInterval(() => {
      turns += 1;
    }, 1);
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => passwords.hash('correct horse', here)));
    clearInterval(ticking);
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(refused).toHaveLength(34);
    for (const reason of refused) expect(reason).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) });
    expect(turns).toBeGreaterThan(5);
    expect(await passwords.hash('after the rush', here)).toMatch(/^\$argon2id/);
  });

  test('of one address leave room for other addresses', async () => {
    const passwords = createPasswords(cheapPasswords);
    // One subscriber has all addresses that begin alike.
    const flood = Promise.allSettled(Array.from({ length: 100 }, (_, n) => passwords.hash('correct horse', `2001:db8::${n}`)));
    expect(await passwords.hash('correct horse', here)).toMatch(/^\$argon2id/);
    expect((await flood).filter(({ status }) => status === 'rejected')).toHaveLength(35);
  });
});
