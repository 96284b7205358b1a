import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import type { Db } from '../../src/db/index.ts';
import type { Limits } from '../../src/limit/index.ts';
import { createMemoryLimits } from '../../src/limit/limit.memory.ts';
import { createLog, type Log } from '../../src/log/index.ts';
import { createUsers, type ServerKey, type SignedIn, type UserParts, type Users } from '../../src/user/index.ts';
import { uuidBytes } from '../../src/uuid.ts';
import { cheapPasswords } from '../support/cheap-passwords.ts';

/** A password that no test guesses by accident. */
export const password = 'correct horse battery';

/** The user module on a database, with access to what is stored. */
export interface UsersWorld {
  readonly db: Db;
  readonly log: Log;
  readonly users: Users;
  /** Another node on the same database, with the given parts replaced. */
  node(parts?: Partial<UserParts>): Users;
  /** Signs up a user with a random handle. */
  newcomer(options?: { readonly displayName?: string }): Promise<SignedIn & { readonly handle: string }>;
  /** A random address. */
  address(): string;
  /** The types of the account's entries, oldest first. */
  entries(userId: bigint): Promise<readonly string[]>;
  /** Sets the times of a session back by some ms. */
  age(sessionId: string, ms: number): Promise<void>;
}

/** The default configuration of tests. */
export const usualConfig: UserParts['config'] = {
  ...{ adminHandles: [] as readonly string[] },
  ...{ accessTokenSeconds: 900, sessionDays: 60, maxSessions: 50, signInAttempts: 10, addressAttempts: 100 },
  ...{ handleHoldDays: 30, handleChanges: 100, searchesPerMinute: 100_000, signUpOpen: true, search: true },
  ...{ passwords: true, identityIssuer: '', identityProfile: 'first', maintenance: false, maintenanceMessage: 'Later.' },
};

/** Makes a signing key. */
export function newKey(id = 'k1'): ServerKey {
  return { id, secret: randomBytes(32).toString('base64url') };
}

/** Creates the user module on a database. Hashes cost as little as argon2 allows. */
export function usersOn(db: Db): UsersWorld {
  const logger = pino({ level: 'silent' });
  const log = createLog({ db, bus: createMemoryBus(), logger });
  const limits: Limits = createMemoryLimits();
  const keys = [newKey()];
  const node = (parts: Partial<UserParts> = {}) =>
    createUsers({ db, log, limits, keys, config: usualConfig, logger, passwordCost: cheapPasswords, ...parts });
  const users = node();

  function address(): string {
    return [...randomBytes(4)].join('.');
  }

  async function entries(userId: bigint): Promise<readonly string[]> {
    const page = await log.read(userId, { after: 0, limit: 1_000 });
    return page.entries.map(({ type }) => type);
  }

  async function age(sessionId: string, ms: number): Promise<void> {
    await db.transaction(async (tx) => {
      const where = { id: uuidBytes(sessionId) };
      const { rotatedAt, createdAt, lastSeenAt, expiresAt } = await tx.session.findUniqueOrThrow({ where });
      const earlier = (date: Date) => new Date(date.getTime() - ms);
      const data = {
        rotatedAt: earlier(rotatedAt),
        createdAt: earlier(createdAt),
        lastSeenAt: earlier(lastSeenAt),
        expiresAt: earlier(expiresAt),
      };
      await tx.session.update({ where, data });
    });
  }

  async function newcomer(options: { readonly displayName?: string } = {}) {
    const handle = `u_${randomBytes(6).toString('hex')}`;
    return { handle, ...(await users.signUp({ handle, password, address: address(), ...options })) };
  }

  return { db, log, users, node, newcomer, address, entries, age };
}
