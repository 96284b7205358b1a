import { ChatError } from '../errors.ts';
import type { Limit } from '../limit/index.ts';
import { countedAddress } from './address.ts';
import type { UserParts } from './parts.ts';

const windowSeconds = 15 * 60;
// Each change of settings may be told in all conversations of a user; nobody who decides changes them as often.
const settingsChanges = 30;

/** What keeps guessing slow. */
export interface Throttle {
  /** Counts a sign-up. Throws RATE_LIMITED. */
  signUp(address: string): Promise<void>;
  /**
   * Runs one attempt to sign in, which answers null where it failed: that counts for handle and address; anything else does not. It is counted
   * before it runs, so that attempts made at once do not all slip through. Throws RATE_LIMITED.
   */
  signIn<T>(who: { readonly handle: string | null; readonly address: string }, attempt: () => Promise<T | null>): Promise<T | null>;
  /** Counts a change of a user's settings, and answers how to take that back. Throws RATE_LIMITED. */
  settings(userId: bigint): Promise<() => Promise<void>>;
  /** Counts a change of a user's handle, and answers how to take that back. Throws RATE_LIMITED. */
  handle(userId: bigint): Promise<() => Promise<void>>;
  /** Counts a search. Throws RATE_LIMITED. */
  search(userId: bigint): Promise<void>;
}

/** Makes the throttle. */
export function createThrottle({ limits, config }: Pick<UserParts, 'limits' | 'config'>): Throttle {
  const signUps = limits.limit({ name: 'sign-up-address', points: () => config.addressAttempts, windowSeconds });
  const addresses = limits.limit({ name: 'sign-in-address', points: () => config.addressAttempts, windowSeconds });
  const settings = limits.limit({ name: 'settings', points: settingsChanges, windowSeconds });
  const handles = limits.limit({ name: 'sign-in-handle', points: () => config.signInAttempts, windowSeconds });
  const changes = limits.limit({ name: 'handle-change', points: config.handleChanges, windowSeconds: 24 * 60 * 60 });
  const searches = limits.limit({ name: 'user-search', points: () => config.searchesPerMinute, windowSeconds: 60 });

  async function signIn<T>(
    { handle, address }: { readonly handle: string | null; readonly address: string },
    attempt: () => Promise<T | null>,
  ): Promise<T | null> {
    const taken: (() => Promise<void>)[] = [];
    async function giveBack(): Promise<void> {
      await Promise.all(taken.map((giveOneBack) => giveOneBack()));
    }
    try {
      taken.push(await take(addresses, countedAddress(address)));
      if (handle !== null) taken.push(await take(handles, handle));
      const outcome = await attempt();
      if (outcome !== null) await giveBack();
      return outcome;
    } catch (error) {
      await giveBack();
      throw error;
    }
  }

  return {
    signIn,
    settings: (userId) => take(settings, String(userId)),
    handle: (userId) => take(changes, String(userId)),
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
  if (retryAfterMs !== null) throw new ChatError('RATE_LIMITED', 'Too many attempts. Wait a while and try again.', { retryAfterMs });
  return () => limit.giveBack(key);
}
