import { type CryptoKey, createRemoteJWKSet, customFetch, errors, type FlattenedJWSInput, type JWSHeaderParameters } from 'jose';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Config } from '../config/index.ts';
import { ChatError } from '../errors.ts';
import { boundedFetch } from './bounded-fetch.ts';

/**
 * A key, or set of keys, that tokens may be signed with, and the algorithms that it may be used with. The list prevents a published key
 * from being used as a shared secret.
 */
export interface Signer {
  readonly algorithms: readonly string[];
  /**
   * Returns the key for a token. Throws ChatError UNAVAILABLE if the keys cannot be fetched, or the error of jose if there is no such key.
   */
  readonly keyOf: (header: JWSHeaderParameters, token: FlattenedJWSInput) => CryptoKey | Uint8Array | Promise<CryptoKey | Uint8Array>;
}

// Every algorithm of RFC 7518 and RFC 8037 that signs with a private key and verifies with a public one.
const asymmetric = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
// How long a sign-in waits for the issuer. It waits twice if it also has to ask where the keys are.
const usualPatienceMs = 5_000;
const retryAfterMs = 2_000;
// A key that is missing from the fetched set is fetched at most this often.
const lookAgainMs = 30_000;
// Enough log lines to show how long an outage lasted, whatever the number of sign-ins.
const complaintEveryMs = 60_000;

const discovered = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

/** Creates the signers that config IDENTITY_ISSUER uses: its shared secrets, and its published keys. */
export function createSigners({
  config,
  logger,
  patienceMs = usualPatienceMs,
}: {
  readonly config: Pick<Config, 'identityIssuer' | 'identityJwksUrl' | 'identitySecret'>;
  readonly logger: Logger;
  readonly patienceMs?: number | undefined;
}): readonly Signer[] {
  const { identityIssuer, identityJwksUrl, identitySecret } = config;
  const shared = identitySecret.map((secret) => {
    const key = Buffer.from(secret);
    return { algorithms: ['HS256'], keyOf: () => key };
  });
  if (identityJwksUrl === '' && shared.length > 0) return shared;
  return [
    ...shared,
    { algorithms: asymmetric, keyOf: published({ issuer: identityIssuer, jwksUrl: identityJwksUrl, patienceMs, logger }) },
  ];
}

interface Place {
  readonly issuer: string;
  /** Empty if the issuer's configuration is to say where the keys are. */
  readonly jwksUrl: string;
  readonly patienceMs: number;
}

/**
 * Returns a function that finds keys among those that an issuer publishes. The keys are cached for ten minutes. A token with an unknown key
 * has them fetched again, at most every half minute.
 */
function published({ logger, ...place }: Place & { readonly logger: Logger }): Signer['keyOf'] {
  let keys: Promise<ReturnType<typeof createRemoteJWKSet>> | undefined;
  let quietUntil = 0;

  function complain(error: unknown): void {
    if (Date.now() < quietUntil) return;
    quietUntil = Date.now() + complaintEveryMs;
    logger.warn({ issuer: place.issuer, err: error }, 'the signing keys of the identity provider could not be fetched');
  }

  return async (header, token) => {
    keys ??= placeOf(place).then((url) =>
      createRemoteJWKSet(url, { timeoutDuration: place.patienceMs, cooldownDuration: lookAgainMs, [customFetch]: boundedFetch }),
    );
    const asked = keys;
    let looked = false;
    try {
      const set = await asked;
      looked = set.coolingDown;
      return await set(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey && looked) throw notYet();
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      // Cached keys that have not expired are kept, whichever key this token names. Otherwise the next sign-in discovers the location of
      // the keys anew.
      const isOfUse = await asked.then(
        (set) => set.fresh,
        () => false,
      );
      if (!isOfUse && keys === asked) keys = undefined;
      complain(error);
      throw new ChatError('UNAVAILABLE', 'The keys of the token’s issuer cannot be fetched right now. Try again.', {
        retryAfterMs,
        cause: error,
      });
    }
  };
}

/**
 * Creates the error for an unknown key while the keys may not be fetched again yet. The issuer may have published it since, so this must
 * not be a final refusal.
 */
function notYet(): ChatError {
  const message = 'It is signed with a key that its issuer did not publish a moment ago. Try again in half a minute.';
  return new ChatError('UNAVAILABLE', message, { retryAfterMs: lookAgainMs });
}

/** Finds out where an issuer's keys are (OpenID Connect Discovery 1.0, 4). */
async function placeOf({ issuer, jwksUrl, patienceMs }: Place): Promise<URL> {
  if (jwksUrl !== '') return new URL(jwksUrl);
  const response = await boundedFetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    headers: { accept: 'application/json' },
    // As for the keys: 4.2 requires the response to come from this URL.
    redirect: 'error',
    signal: AbortSignal.timeout(patienceMs),
  });
  if (!response.ok) throw new Error(`its OpenID configuration was answered with ${response.status}`);
  const configuration = discovered.parse(await response.json());
  // 4.3: "MUST exactly match". Otherwise the configuration belongs to another issuer.
  if (configuration.issuer !== issuer) throw new Error(`its OpenID configuration is that of ${configuration.issuer}`);
  return new URL(configuration.jwks_uri);
}
