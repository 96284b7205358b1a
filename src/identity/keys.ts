import { type CryptoKey, createRemoteJWKSet, customFetch, errors, type FlattenedJWSInput, type JWSHeaderParameters } from 'jose';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Config } from '../config.ts';
import { ChatError } from '../errors.ts';
import { boundedFetch } from './bounded-fetch.ts';

/** Something that tokens may be signed with, and the algorithms that it is for: what is published is never taken for a secret. */
export interface Signer {
  readonly algorithms: readonly string[];
  /** The key of a token. Throws UNAVAILABLE while it cannot be had, and what jose throws where there is none. */
  readonly keyOf: (header: JWSHeaderParameters, token: FlattenedJWSInput) => CryptoKey | Uint8Array | Promise<CryptoKey | Uint8Array>;
}

// All of RFC 7518 and 8037 that is signed with one key and read with another.
const asymmetric = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
// Who signs in waits for no longer, twice where it has to be asked where the keys are.
const usualPatienceMs = 5_000;
const retryAfterMs = 2_000;
// A key that is not among those at hand is looked for as often as that.
const lookAgainMs = 30_000;
// Often enough to see in the log for how long it went on, however few or many sign in.
const complaintEveryMs = 60_000;

const discovered = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

/** By what config IDENTITY_ISSUER signs. */
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
  /** Empty: the issuer says. */
  readonly jwksUrl: string;
  readonly patienceMs: number;
}

/** The keys that an issuer publishes: kept for ten minutes, and asked for again, every half minute at most, where a token names one that is not among them. */
function published({ logger, ...place }: Place & { readonly logger: Logger }): Signer['keyOf'] {
  let keys: Promise<ReturnType<typeof createRemoteJWKSet>> | undefined;
  let quietUntil = 0;

  function complain(error: unknown): void {
    if (Date.now() < quietUntil) return;
    quietUntil = Date.now() + complaintEveryMs;
    logger.warn({ issuer: place.issuer, err: error }, 'the keys that people’s tokens are signed with could not be had');
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
      // What can still be used is kept, whatever key a token names that is not among them; else it is asked anew where they are.
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

/** Of a key that is not among those at hand, which were had just now: it may be one that has come since, and nobody is to be kept out for that. */
function notYet(): ChatError {
  const message = 'It is signed with a key that its issuer did not publish a moment ago. Try again in half a minute.';
  return new ChatError('UNAVAILABLE', message, { retryAfterMs: lookAgainMs });
}

/** Where an issuer's keys are (OpenID Connect Discovery 1.0, 4). */
async function placeOf({ issuer, jwksUrl, patienceMs }: Place): Promise<URL> {
  if (jwksUrl !== '') return new URL(jwksUrl);
  const response = await boundedFetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    headers: { accept: 'application/json' },
    // As with the keys: 4.2 has it answered there.
    redirect: 'error',
    signal: AbortSignal.timeout(patienceMs),
  });
  if (!response.ok) throw new Error(`its OpenID configuration was answered with ${response.status}`);
  const configuration = discovered.parse(await response.json());
  // 4.3: "MUST exactly match": otherwise it is another's.
  if (configuration.issuer !== issuer) throw new Error(`its OpenID configuration is that of ${configuration.issuer}`);
  return new URL(configuration.jwks_uri);
}
