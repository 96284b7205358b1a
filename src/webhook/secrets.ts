import { newSecret } from '../outgoing/index.ts';

/** The secrets that sign the calls to an app. */
export interface Secrets {
  readonly secret: string;
  /** The former secret, which signs as well until its time is over. Null: there is none. */
  readonly oldSecret: string | null;
  readonly oldSecretUntil: Date | null;
}

// Enough time to deploy a new secret.
const oldSecretMs = 86_400_000;

/** Returns the first secret of an app. */
export function firstSecrets(): Secrets {
  return { secret: newSecret(), oldSecret: null, oldSecretUntil: null };
}

/** Returns a new secret. The one so far signs as well for a day. */
export function rotated({ secret: oldSecret }: Secrets): Secrets {
  // Signatures carry the time of this machine's clock.
  return { secret: newSecret(), oldSecret, oldSecretUntil: new Date(Date.now() + oldSecretMs) };
}

/** Returns the secrets that sign a call at the time `at`. */
export function secretsOf({ secret, oldSecret, oldSecretUntil }: Secrets, at: number): readonly string[] {
  return oldSecret !== null && oldSecretUntil !== null && oldSecretUntil.getTime() > at ? [secret, oldSecret] : [secret];
}
