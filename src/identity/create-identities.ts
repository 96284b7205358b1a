import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import { ChatError } from '../errors.ts';
import { type Identities, type Identity, isIdentityName, nameRule } from './identity.ts';
import { createSigners } from './keys.ts';

/** The options of the configuration that the module reads. */
type IdentityOption = 'identityIssuer' | 'identityAudience' | 'identityJwksUrl' | 'identitySecret';

// Tokens with dozens of claims have 2 to 4 KB. The limit avoids hashing megabytes.
const longestToken = 16_384;
// Two machines with synchronized clocks differ by less. A token that lives for a minute is not much extended by it.
const clockToleranceSeconds = 10;

const notOne = 'It is not a JSON Web Token.';

/** Creates the reader of tokens from config IDENTITY_ISSUER. Returns null if no issuer is configured. */
export function createIdentities({
  config,
  logger,
  patienceMs,
}: {
  readonly config: Pick<Config, IdentityOption>;
  readonly logger: Logger;
  /** How long to wait for the issuer, in ms. Tests use less than the default. */
  readonly patienceMs?: number | undefined;
}): Identities | null {
  const { identityIssuer: issuer, identityAudience: audience } = config;
  if (issuer === '') return null;
  const signers = createSigners({ config, logger, patienceMs });
  const options = { issuer, requiredClaims: ['sub', 'exp'], clockTolerance: clockToleranceSeconds };

  async function verified(token: string): Promise<JWTPayload> {
    if (token.length > longestToken) throw invalid(`It is longer than ${longestToken} characters.`);
    let fault = 'Its signing algorithm is not accepted here.';
    for (const { algorithms, keyOf } of signers.filter((signer) => signer.algorithms.includes(algorithmOf(token)))) {
      try {
        return (await jwtVerify(token, keyOf, { ...options, algorithms: [...algorithms] })).payload;
      } catch (error) {
        // jose throws a TypeError for a key that it cannot use, such as an RSA key of fewer than 2,048 bits (RFC 7518, 3.3).
        if (error instanceof TypeError) throw invalid('Its signing key is not accepted here.');
        if (!(error instanceof errors.JOSEError)) throw error;
        fault = faultOf(error);
        // With several secrets, the next one may verify the signature.
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) break;
      }
    }
    throw invalid(fault);
  }

  return {
    async read(token) {
      const payload = await verified(token);
      // An issuer sends logout tokens to say that a user has signed out (OpenID Connect Back-Channel Logout 1.0, 2.4). Their audience and
      // subjects are the same as those of sign-in tokens.
      if ('events' in payload) throw invalid('It is an event token, not one for signing in.');
      if (!isFor(payload, audience))
        throw invalid('It is for another audience: neither its "aud" nor, without one, its "azp" is expected here.');
      return identityOf(payload, issuer);
    },
  };
}

function invalid(fault: string): ChatError {
  return new ChatError('INVALID_CREDENTIALS', `This token cannot be used to sign in. ${fault}`, { field: ['token'] });
}

function algorithmOf(token: string): string {
  try {
    return decodeProtectedHeader(token).alg ?? '';
  } catch {
    throw invalid(notOne);
  }
}

/**
 * Describes what is wrong with a token, for the developer who integrates the issuer. This reveals nothing secret: a token that is accepted
 * cannot be made without the key.
 */
function faultOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'It has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) return `Its "${error.claim}" is missing or not the expected value.`;
  if (error instanceof errors.JWKSNoMatchingKey) return 'It is signed with a key that its issuer does not publish.';
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'It has no "kid" to tell which of its issuer’s keys it is signed with.';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'Its signature is not valid.';
  return notOne;
}

// A token with an audience is only for that audience, whichever client requested it. Some providers name no audience: then the client that
// requested the token ("azp") counts.
function isFor({ aud, azp }: JWTPayload & { readonly azp?: unknown }, expected: readonly string[]): boolean {
  const named = aud === undefined ? [azp] : [aud].flat();
  return named.some((name) => typeof name === 'string' && expected.includes(name));
}

function identityOf(payload: JWTPayload, issuer: string): Identity {
  const { sub, iat, ...claims }: Readonly<Record<string, unknown>> = payload;
  // Many backends use numbers as user ids. RFC 7519, 4.1.2 requires a string, and stored subjects are strings.
  if (typeof sub !== 'string' || !isIdentityName(sub)) throw invalid(`Its "sub" is not a string of ${nameRule}.`);
  return {
    issuer,
    subject: sub,
    issuedAt: typeof iat === 'number' ? new Date(iat * 1_000) : null,
    handle: textOf(claims['preferred_username']),
    displayName: textOf(claims['name']),
    avatarUrl: textOf(claims['picture']),
  };
}

function textOf(claim: unknown): string | null {
  return typeof claim === 'string' && claim !== '' ? claim : null;
}
