import type { PasswordCost } from '../../src/user/index.ts';

/** The least that argon2id takes: at the usual cost the passwords of everybody who signs up in a test were a tenth of the whole run. */
export const cheapPasswords: PasswordCost = { memoryKib: 8, passes: 1 };
