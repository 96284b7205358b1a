import { z } from 'zod';
import { flag, list, oneOf, option, url } from './option.ts';

// Commas without a name are no audience, and must not turn the check of it off.
const names = z
  .string()
  .regex(/^$|[^,\s]/, 'must be names, joined by commas')
  .pipe(list);

// RFC 7518, 3.2: an HS256 key must be at least as long as the hash.
const minSecretBytes = 32;

const secrets = z.string().transform((text, context): readonly string[] => {
  const each = text === '' ? [] : text.split(',');
  // White space around a secret was copied with it from a file or a list. The signer does not have it.
  if (each.some((secret) => Buffer.byteLength(secret) < minSecretBytes || secret.trim() !== secret)) {
    const message = `must be secrets of at least ${minSecretBytes} bytes without white space around them, joined by commas`;
    context.addIssue({ code: 'custom', message });
  }
  return each;
});

/** A URL that can be requested. URLs with a name and password are never requested. */
const address = url('https:', 'http:').refine(
  (text) => {
    const { username, password } = URL.canParse(text) ? new URL(text) : { username: '', password: '' };
    return username === '' && password === '';
  },
  { message: 'must be a URL without a name and password in it' },
);

/** The options for users who have an account elsewhere. They must be the same on all nodes of a system. */
export const identityOptions = {
  identityIssuer: option(
    'IDENTITY_ISSUER',
    '',
    z.string().regex(/^[\x21-\x7e]{0,255}$/, 'must be up to 255 characters of ASCII without spaces'),
    'Issuer whose tokens users sign in with: exactly the `iss` claim. It is an OpenID provider or your own backend. Empty: sign-in with tokens is off.',
  ),
  identityAudience: option(
    'IDENTITY_AUDIENCE',
    '',
    names,
    'Accepted audiences of tokens, separated by commas. One of them must be in the `aud` claim, or be the `azp` claim of a token without `aud`.',
  ),
  identityJwksUrl: option(
    'IDENTITY_JWKS_URL',
    '',
    z.literal('').or(address),
    'URL of the identity provider’s public keys. Empty: the URL in its `/.well-known/openid-configuration`, unless IDENTITY_SECRET is set.',
  ),
  identitySecret: option(
    'IDENTITY_SECRET',
    '',
    secrets,
    'Secret of at least 32 bytes with which your backend signs tokens (HS256). Whoever has it can sign in as any user. Several secrets are separated by commas, and all of them are accepted.',
  ),
  identityProfile: option(
    'IDENTITY_PROFILE',
    'first',
    oneOf('first', 'always'),
    'When the `name` and `picture` claims of a token are copied to the user: at the `first` sign-in, or `always`.',
  ),
  passwords: option(
    'PASSWORDS',
    'true',
    flag,
    'Whether users can sign up and sign in with handle and password. `false`: only tokens of IDENTITY_ISSUER are accepted.',
  ),
} as const;

interface IdentityEnv {
  readonly IDENTITY_ISSUER?: string | undefined;
  readonly IDENTITY_AUDIENCE?: string | undefined;
  readonly IDENTITY_JWKS_URL?: string | undefined;
  readonly IDENTITY_SECRET?: string | undefined;
  readonly PASSWORDS?: string | undefined;
}

/** Finds variables that cannot be used together, one line each. */
export function identityFaults(env: IdentityEnv): readonly string[] {
  const issuer = env.IDENTITY_ISSUER;
  const orphan = (['IDENTITY_AUDIENCE', 'IDENTITY_JWKS_URL', 'IDENTITY_SECRET'] as const).find((variable) => env[variable]);
  if (!issuer) {
    return [
      ...(orphan === undefined ? [] : [`${orphan} needs IDENTITY_ISSUER: a token counts only where it says who made it`]),
      ...(env.PASSWORDS === 'false' ? ['PASSWORDS=false needs IDENTITY_ISSUER: nobody could sign in'] : []),
    ];
  }
  return [
    ...(env.IDENTITY_AUDIENCE
      ? []
      : ['IDENTITY_ISSUER needs IDENTITY_AUDIENCE: a token that somebody gave to another app would sign that app in here']),
    ...(env.IDENTITY_JWKS_URL || env.IDENTITY_SECRET || address.safeParse(issuer).success
      ? []
      : ['IDENTITY_ISSUER needs IDENTITY_JWKS_URL or IDENTITY_SECRET: it is no address at which keys could be asked for']),
  ];
}
