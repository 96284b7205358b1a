import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import type { Config } from '../config.ts';
import { ChatError } from '../errors.ts';
import { inTurns } from '../turns.ts';

/** What hashing a password costs, in argon2id's terms. */
export interface PasswordCost {
  readonly memoryKib: number;
  readonly passes: number;
}

/** Hashes and checks passwords, off the event loop. Throws ChatError UNAVAILABLE when too many wait already, or one has waited for too long. */
export interface Passwords {
  /** A PHC string that holds salt and cost beside the hash. */
  hash(password: string): Promise<string>;
  /** False for a wrong password. Without a hash (null): false too, after as long as with one. */
  matches(phc: string | null, password: string): Promise<boolean>;
}

// OWASP's second choice for argon2id: 19 MiB, two passes, one lane.
const defaultCost: PasswordCost = { memoryKib: 19_456, passes: 2 };

/**
 * What stands for the hash of who has no password: what no password has ever been found to hash to. To a node that does not know of such people it is a hash like any
 * other; one that was empty would be a fault to it, each time that somebody tries.
 */
export const noPassword = `$argon2id$v=19$m=${defaultCost.memoryKib},t=${defaultCost.passes},p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

// Hashes run on the four threads that files and name look-ups run on as well: half of them stay free.
const atOnce = 2;
// At about 30 ms each, whoever comes last waits a second; a flood of sign-ins gets its refusal sooner.
const waiting = 64;
// Ten times that, where the machine is busy: by then who signs in has begun to try again.
const longestMs = 10_000;
const retryAfterMs = 2_000;

/** Makes the hasher. */
export function createPasswords({ memoryKib, passes }: PasswordCost = defaultCost): Passwords {
  // argon2id, version 19 and 32 bytes are the library's defaults.
  const cost = { memoryCost: memoryKib, timeCost: passes, parallelism: 1 };
  const decoy = `$argon2id$v=19$m=${memoryKib},t=${passes},p=1$${unpadded(16)}$${unpadded(32)}`;
  const inTurn = inTurns({
    ...{ atOnce, waiting, longestMs },
    refusal: () => new ChatError('UNAVAILABLE', 'Too many users are signing in right now. Try again.', { retryAfterMs }),
  });

  return {
    hash: (password) => inTurn(() => hash(composed(password), cost)),
    matches: (phc, password) => inTurn(async () => (await verify(phc ?? decoy, composed(password))) && phc !== null),
  };
}

// Keyboards and systems differ in how they compose é; who types it means the same password.
function composed(password: string): string {
  return password.normalize('NFC');
}

function unpadded(bytes: number): string {
  return randomBytes(bytes).toString('base64').replaceAll('=', '');
}

/** Throws FORBIDDEN where config PASSWORDS is off. */
export function requirePasswords({ passwords }: Pick<Config, 'passwords'>): void {
  if (!passwords) throw new ChatError('FORBIDDEN', 'This server does not use passwords. Sign in with a token: signInWithToken.');
}
