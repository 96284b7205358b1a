import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import type { Config } from '../config/index.ts';
import { ChatError } from '../errors.ts';
import { inFairTurns } from '../turns.ts';
import { countedAddress } from './address.ts';

/** The cost of hashing a password, in the parameters of argon2id. */
export interface PasswordCost {
  readonly memoryKib: number;
  readonly passes: number;
}

/**
 * Hashes and checks passwords, off the event loop. Addresses take turns, so one that signs in all the time keeps nobody else from it. Throws
 * ChatError UNAVAILABLE if too many are waiting, or one has waited too long.
 */
export interface Passwords {
  /** Returns a PHC string, which contains the salt and the cost beside the hash. */
  hash(password: string, address: string): Promise<string>;
  /** Returns whether a password matches a hash. If the hash is null, it returns false after the same time. */
  matches(phc: string | null, password: string, address: string): Promise<boolean>;
}

// OWASP's second choice for argon2id: 19 MiB, two passes, one lane.
const defaultCost: PasswordCost = { memoryKib: 19_456, passes: 2 };

/**
 * Stands for the hash of a user without a password. No password is known to hash to it. It has the form of a hash because a node of a
 * release that does not know such users verifies it: an empty text would be an error there at each attempt to sign in.
 */
export const noPassword = `$argon2id$v=19$m=${defaultCost.memoryKib},t=${defaultCost.passes},p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

// Hashes run on the four threads that file access and name look-ups use too. Half of them stay free.
const atOnce = 2;
// At about 30 ms each, the last one waits a second. In a flood of sign-ins, the others are refused sooner.
const waiting = 64;
// Ten times that, for a busy machine. By then users have begun to try again.
const longestMs = 10_000;
const retryAfterMs = 2_000;

/** Creates the password hasher. */
export function createPasswords({ memoryKib, passes }: PasswordCost = defaultCost): Passwords {
  // argon2id, version 19 and 32 bytes are the library's defaults.
  const cost = { memoryCost: memoryKib, timeCost: passes, parallelism: 1 };
  const decoy = makeDecoy({ memoryKib, passes });
  const inTurn = inFairTurns<string>({
    ...{ atOnce, waiting, longestMs },
    refusal: () => new ChatError('UNAVAILABLE', 'Too many users are signing in right now. Try again.', { retryAfterMs }),
  });

  return {
    hash: (password, address) => inTurn(countedAddress(address), () => hash(composed(password), cost)),
    matches: (phc, password, address) =>
      inTurn(countedAddress(address), async () => (await verify(phc ?? decoy, composed(password))) && phc !== null),
  };
}

/** Creates a hash that no password is known to have. Checking a password against it costs as much as against one of this cost. */
export function makeDecoy({ memoryKib, passes }: PasswordCost): string {
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=1$${unpadded(16)}$${unpadded(32)}`;
}

// Keyboards and systems differ in how they compose é, but the user means the same password.
function composed(password: string): string {
  return password.normalize('NFC');
}

function unpadded(bytes: number): string {
  return randomBytes(bytes).toString('base64').replaceAll('=', '');
}

/** Throws ChatError FORBIDDEN if config PASSWORDS is off. */
export function requirePasswords({ passwords }: Pick<Config, 'passwords'>): void {
  if (!passwords) throw new ChatError('FORBIDDEN', 'This server does not use passwords. Sign in with a token: signInWithToken.');
}
