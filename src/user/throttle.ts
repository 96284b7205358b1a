import { ChatError } from '../errors.ts';
import type { Limit } from '../limit/index.ts';
import { countedAddress } from './address.ts';
import type { UserParts } from './parts.ts';

const windowSeconds = 15 * 60;
// Whoever wants to keep a user out by wrong guesses needs this many addresses. Whoever has more still gets no more guesses than from these.
const addressesPerHandle = 10;
// A change of settings may be delivered to all conversations of a user. Nobody changes them as often on purpose.
const settingsChanges = 30;
// A change of a profile is delivered to everybody who watches the user. So is a change of presence, which has the same limit.
const profileChanges = 60;

// A session refreshes once per lifetime of an access token. Ten times that allows for tabs that do not know of each other, and for bad
// networks. The hundred is for users who open and close windows.
const refreshesPerToken = 10;
const refreshesAnyway = 100;

/** The result of a change, and whether it had an effect. */
export interface Outcome<T> {
  readonly value: T;
  readonly changed: boolean;
}

/** Limits how often users may act, and keeps guessing slow. */
export interface Throttle {
  /** Counts a sign-up. Throws RATE_LIMITED. */
  signUp(address: string): Promise<void>;
  /**
   * Runs an attempt to sign in, which returns null if it failed. A failed attempt counts for the address, for the handle at that address, and
   * for the handle; anything else does not count. It is counted before it runs, so that simultaneous attempts cannot all get past the
   * limit. Throws RATE_LIMITED.
   */
  signIn<T>(who: { readonly handle: string | null; readonly address: string }, attempt: () => Promise<T | null>): Promise<T | null>;
  /** The same for a password that a signed-in user gives. It counts for the user, so that nobody else can use up their attempts. */
  ownPassword<T>(who: { readonly userId: bigint; readonly address: string }, attempt: () => Promise<T | null>): Promise<T | null>;
  /** Counts a failed attempt to sign in. Throws RATE_LIMITED. */
  failure(address: string): Promise<void>;
  /** Counts a refresh of a session. Throws RATE_LIMITED. */
  refresh(sessionId: string): Promise<void>;
  /** Runs a change of a user's settings. It counts unless it has no effect or fails. Throws RATE_LIMITED. */
  settings<T>(userId: bigint, change: () => Promise<Outcome<T>>): Promise<T>;
  /** The same for a user's profile. */
  profile<T>(userId: bigint, change: () => Promise<Outcome<T>>): Promise<T>;
  /** The same for a user's handle. */
  handle<T>(userId: bigint, change: () => Promise<Outcome<T>>): Promise<T>;
  /** Counts a search. Throws RATE_LIMITED. */
  search(userId: bigint): Promise<void>;
}

/** Creates the throttle. */
export function createThrottle({ limits, config }: Pick<UserParts, 'limits' | 'config'>): Throttle {
  const signUps = limits.limit({ name: 'sign-up-address', points: () => config.addressAttempts, windowSeconds });
  const addresses = limits.limit({ name: 'sign-in-address', points: () => config.addressAttempts, windowSeconds });
  const refreshes = limits.limit({
    name: 'refresh',
    points: refreshesAnyway + Math.ceil((refreshesPerToken * windowSeconds) / config.accessTokenSeconds),
    windowSeconds,
  });
  const settings = limits.limit({ name: 'settings', points: settingsChanges, windowSeconds });
  const profiles = limits.limit({ name: 'profile', points: profileChanges, windowSeconds });
  const guesses = limits.limit({ name: 'sign-in-handle-address', points: () => config.signInAttempts, windowSeconds });
  const handles = limits.limit({ name: 'sign-in-handle', points: () => addressesPerHandle * config.signInAttempts, windowSeconds });
  const passwords = limits.limit({ name: 'own-password', points: () => config.signInAttempts, windowSeconds });
  const changes = limits.limit({ name: 'handle-change', points: config.handleChanges, windowSeconds: 24 * 60 * 60 });
  const searches = limits.limit({ name: 'user-search', points: () => config.searchesPerMinute, windowSeconds: 60 });

  async function countFailure<T>(
    counts: readonly (readonly [limit: Limit, key: string])[],
    attempt: () => Promise<T | null>,
  ): Promise<T | null> {
    const taken: (() => Promise<void>)[] = [];
    async function giveBack(): Promise<void> {
      await Promise.all(taken.map((giveOneBack) => giveOneBack()));
    }
    try {
      for (const [limit, key] of counts) taken.push(await take(limit, key));
      const outcome = await attempt();
      if (outcome !== null) await giveBack();
      return outcome;
    } catch (error) {
      await giveBack();
      throw error;
    }
  }

  return {
    signIn({ handle, address }, attempt) {
      const from = countedAddress(address);
      // The address comes first: one that is refused adds no keys.
      const counts: (readonly [Limit, string])[] = [[addresses, from]];
      if (handle !== null) counts.push([guesses, `${handle} ${from}`], [handles, handle]);
      return countFailure(counts, attempt);
    },
    ownPassword({ userId, address }, attempt) {
      const counts = [
        [addresses, countedAddress(address)],
        [passwords, String(userId)],
      ] as const;
      return countFailure(counts, attempt);
    },
    async failure(address) {
      await take(addresses, countedAddress(address));
    },
    async refresh(sessionId) {
      await take(refreshes, sessionId);
    },
    settings: (userId, change) => countChange(settings, userId, change),
    profile: (userId, change) => countChange(profiles, userId, change),
    handle: (userId, change) => countChange(changes, userId, change),
    async search(userId) {
      await take(searches, String(userId));
    },
    async signUp(address) {
      await take(signUps, countedAddress(address));
    },
  };
}

async function take(limit: Limit, key: string): Promise<() => Promise<void>> {
  const retryAfterMs = await limit.take(key);
  if (retryAfterMs !== null) throw new ChatError('RATE_LIMITED', 'Too many attempts. Wait before you try again.', { retryAfterMs });
  return () => limit.giveBack(key);
}

async function countChange<T>(limit: Limit, userId: bigint, change: () => Promise<Outcome<T>>): Promise<T> {
  const giveBack = await take(limit, String(userId));
  try {
    const { value, changed } = await change();
    if (!changed) await giveBack();
    return value;
  } catch (error) {
    await giveBack();
    throw error;
  }
}
