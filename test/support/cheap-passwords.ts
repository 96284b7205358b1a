import type { PasswordCost } from '../../src/user/index.ts';

/** The least that argon2id takes: half a millisecond of CPU in place of 19, for each of all who sign up in tests. */
export const cheapPasswords: PasswordCost = { memoryKib: 8, passes: 1 };
