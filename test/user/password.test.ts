import { describe, expect, test } from 'vitest';
import { createPasswords } from '../../src/user/password.ts';

describe('passwords', () => {
  test('are stored as salted argon2id with the cost that OWASP recommends', async () => {
    const passwords = createPasswords();
    const [one, two] = await Promise.all([passwords.hash('correct horse'), passwords.hash('correct horse')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(one.length).toBeLessThanOrEqual(255);
    expect(await passwords.matches(one, 'correct horse')).toBe(true);
    expect(await passwords.matches(one, 'correct Horse')).toBe(false);
  });

  test('of unknown users take at least a tenth of the time that others take to check', async () => {
    const passwords = createPasswords();
    const phc = await passwords.hash('correct horse');
    async function quickest(hash: string | null): Promise<number> {
      const times: number[] = [];
      for (let round = 0; round < 7; round += 1) {
        const began = performance.now();
        expect(await passwords.matches(hash, 'wrong guess')).toBe(false);
        times.push(performance.now() - began);
      }
      return Math.min(...times);
    }
    const ratio = (await quickest(null)) / (await quickest(phc));
    // Without the decoy hash the ratio would be about 0.001. A busy machine has been seen to halve or double it.
    expect(ratio).toBeGreaterThan(0.1);
  });

  test('wait in a bounded queue, and the event loop continues meanwhile', async () => {
    const passwords = createPasswords({ memoryKib: 4_096, passes: 1 });
    let turns = 0;
    const ticking = setInterval(() => {
      turns += 1;
    }, 1);
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => passwords.hash('correct horse')));
    clearInterval(ticking);
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(refused).toHaveLength(34);
    for (const reason of refused) expect(reason).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) });
    expect(turns).toBeGreaterThan(5);
    expect(await passwords.hash('after the rush')).toMatch(/^\$argon2id/);
  });
});
