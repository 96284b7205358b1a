import type { PasswordCost } from '../../src/user/index.ts';

/** The minimum cost of argon2id: 0.5 ms of CPU instead of 19 for each sign-up in tests. */
export const cheapPasswords: PasswordCost = { memoryKib: 8, passes: 1 };
