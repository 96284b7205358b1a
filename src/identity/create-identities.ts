import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { ChatError } from '../errors.ts';
import { type Identities, type Identity, isIdentityName, nameRule } from './identity.ts';
import { createSigners } from './keys.ts';

/** What of the configuration the module heeds. */
type IdentityOption = 'identityIssuer' | 'identityAudience' | 'identityJwksUrl' | 'identitySecret';

// Tokens with dozens of claims are two to four KB; nobody is made to hash megabytes.
const longestToken = 16_384;
// Two machines whose clocks are kept differ by less, and a token that lives for a minute is not worn out by it.
const clockToleranceSeconds = 10;

const notOne = 'It is not a JSON Web Token.';

/** Makes the reader of config IDENTITY_ISSUER's tokens; null where there is none. */
export function createIdentities({
  config,
  logger,
  patienceMs,
}: {
  readonly config: Pick<Config, IdentityOption>;
  readonly logger: Logger;
  /** How long the issuer is waited for, in ms; less than the default is for tests. */
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
        // What jose says of a key that is no good, an RSA key of less than 2,048 bits say (RFC 7518, 3.3).
        if (error instanceof TypeError) throw invalid('Its signing key is not accepted here.');
        if (!(error instanceof errors.JOSEError)) throw error;
        fault = faultOf(error);
        // Of several secrets it may be the next.
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) break;
      }
    }
    throw invalid(fault);
  }

  return {
    async read(token) {
      const payload = await verified(token);
      // An issuer tells by tokens of this kind that somebody has signed out (OpenID Connect Back-Channel Logout 1.0, 2.4): they are for us, and of the same people.
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

/** What is wrong with a token, for whoever gets it to work. Nothing of it is a secret: who can make one that counts needs the key. */
function faultOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'It has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) return `Its "${error.claim}" is missing or not the expected value.`;
  if (error instanceof errors.JWKSNoMatchingKey) return 'It is signed with a key that its issuer does not publish.';
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'It has no "kid" to tell which of its issuer’s keys it is signed with.';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'Its signature is not valid.';
  return notOne;
}

// A token that names an audience is for nobody else, whoever asked for it; only what names none is taken by who asked for it, as some providers have it.
function isFor({ aud, azp }: JWTPayload & { readonly azp?: unknown }, expected: readonly string[]): boolean {
  const named = aud === undefined ? [azp] : [aud].flat();
  return named.some((name) => typeof name === 'string' && expected.includes(name));
}

function identityOf(payload: JWTPayload, issuer: string): Identity {
  const { sub, iat, ...claims }: Readonly<Record<string, unknown>> = payload;
  // Many have numbers for their users: those are not what RFC 7519 has there (4.1.2), nor what is looked for.
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
