import { generateKeyPairSync, sign } from 'node:crypto';
import { type JWK, SignJWT, UnsecuredJWT } from 'jose';
import pino, { type Logger } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import { createIdentities, type Identities } from '../../src/identity/index.ts';
import { audience, backendToken, type Issuer, now, startIssuer } from '../support/issuer.ts';

const secret = 'a secret that two servers share and nobody else';

const started: Issuer[] = [];
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(started.splice(0).map((issuer) => issuer[Symbol.asyncDispose]()));
});

async function issuer(): Promise<Issuer> {
  const one = await startIssuer();
  started.push(one);
  return one;
}

function readerOf(
  env: Readonly<Record<string, string>>,
  { patienceMs, logger = pino({ level: 'silent' }) }: { readonly patienceMs?: number; readonly logger?: Logger } = {},
): Identities {
  const config = readConfig({ IDENTITY_AUDIENCE: audience, ...env });
  const reader = createIdentities({ config, logger, patienceMs });
  if (reader === null) throw new Error('there is an issuer');
  return reader;
}

async function fault(reader: Identities, token: string): Promise<string> {
  const error = await reader.read(token).then(
    (identity) => `reads ${identity.subject}`,
    (caught: unknown) => caught,
  );
  return typeof error === 'string' ? error : `${(error as { code: string }).code}: ${(error as Error).message}`;
}

describe('a token of an OpenID provider', () => {
  it('gives the user’s subject and profile', async () => {
    const provider = await issuer();
    const reader = readerOf({ IDENTITY_ISSUER: provider.url });
    const claims = { sub: 'u|42', preferred_username: 'ada', name: 'Ada L.', picture: 'https://example.org/ada.png', iat: 1_700_000_000 };
    expect(await reader.read(await provider.token(claims))).toEqual({
      issuer: provider.url,
      subject: 'u|42',
      issuedAt: new Date(1_700_000_000_000),
      handle: 'ada',
      displayName: 'Ada L.',
      avatarUrl: 'https://example.org/ada.png',
    });
  });

  it('needs only a subject: a claim that is not a text is ignored', async () => {
    const provider = await issuer();
    const reader = readerOf({ IDENTITY_ISSUER: provider.url });
    const bare = { sub: '1', iat: undefined, name: 7, picture: '', preferred_username: ['ada'] };
    expect(await reader.read(await provider.token(bare))).toMatchObject({
      ...{ subject: '1', issuedAt: null, handle: null, displayName: null, avatarUrl: null },
    });
  });

  it('is accepted for any of several audiences, or for its authorized party if it has none', async () => {
    const provider = await issuer();
    const reader = readerOf({ IDENTITY_ISSUER: provider.url, IDENTITY_AUDIENCE: 'https://app.example.org, the-chat' });
    for (const claims of [{ aud: ['account', 'the-chat'] }, { aud: 'https://app.example.org' }, { aud: undefined, azp: 'the-chat' }]) {
      expect((await reader.read(await provider.token({ sub: 'ada', ...claims }))).subject).toBe('ada');
    }
  });

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['for another', { aud: 'another-app' }, 'for another audience'],
    ['that was got for another by whom it should be for', { aud: 'another-app', azp: audience }, 'for another audience'],
    ['for nobody', { aud: undefined }, 'for another audience'],
    ['by another issuer', { iss: 'https://evil.example' }, '"iss"'],
    ['that has expired', { exp: 1_000 }, 'expired'],
    ['that never does', { exp: undefined }, '"exp"'],
    ['that is not yet in force', { nbf: 4_000_000_000 }, '"nbf"'],
    ['by which somebody was signed out', { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }, 'event'],
    ['of nobody', { sub: undefined }, '"sub"'],
    ['of an empty name', { sub: '' }, '"sub"'],
    ['of a name that a database takes for another', { sub: 'ada ' }, '"sub"'],
    ['of a name beyond ASCII', { sub: 'ädä' }, '"sub"'],
    ['of too long a name', { sub: 'a'.repeat(256) }, '"sub"'],
    ['of a number', { sub: 42 }, 'not a string'],
    ['of no name', { sub: null }, 'not a string'],
    ['of a list', { sub: ['ada'] }, 'not a string'],
  ])('%s is refused with the reason', async (_what, claims, why) => {
    const provider = await issuer();
    const reader = readerOf({ IDENTITY_ISSUER: provider.url });
    const said = await fault(reader, await provider.token({ sub: 'ada', ...claims }));
    expect(said).toMatch(/^INVALID_CREDENTIALS: /);
    expect(said).toContain(why);
  });

  it.each([
    ['nothing', ''],
    ['words', 'let me in'],
    ['dots', '..'],
    ['one that is not signed', new UnsecuredJWT({ sub: 'ada', aud: audience, exp: 4_000_000_000 }).encode()],
    ['one without end', `${'e30'.repeat(6_000)}.e30.e30`],
    ['five parts', 'e30.e30.e30.e30.e30'],
  ])('cannot be %s', async (_what, token) => {
    const provider = await issuer();
    const said = await fault(readerOf({ IDENTITY_ISSUER: provider.url }), token);
    expect(said).toMatch(/^INVALID_CREDENTIALS: /);
    // The provider is not asked about a token that could never be valid.
    expect(provider.paths).toEqual([]);
  });

  it('is refused with another issuer’s signature', async () => {
    const [provider, other] = [await issuer(), await issuer()];
    const reader = readerOf({ IDENTITY_ISSUER: provider.url });
    expect(await fault(reader, await other.token({ sub: 'ada', iss: provider.url }))).toContain('signature is not valid');
    const [head, body, signature] = (await provider.token({ sub: 'ada' })).split('.');
    const forged = Buffer.from(JSON.stringify({ ...JSON.parse(String(Buffer.from(String(body), 'base64url'))), sub: 'bob' }));
    expect(await fault(reader, `${head}.${forged.toString('base64url')}.${signature}`)).toContain('signature is not valid');
  });

  it('is refused if it is signed with the published key as a secret', async () => {
    const provider = await issuer();
    const reader = readerOf({ IDENTITY_ISSUER: provider.url });
    const published = Buffer.from(await (await fetch(`${provider.url}/keys`)).text());
    const confused = await new SignJWT({ iss: provider.url, aud: audience, sub: 'ada', exp: now() + 60 })
      .setProtectedHeader({ alg: 'HS256', kid: 'key 1' })
      .sign(published);
    expect(await fault(reader, confused)).toContain('algorithm');
  });
});

describe('an issuer’s keys', () => {
  it('are refused if they are too short, with a reason for the user', async () => {
    const provider = await issuer();
    const reader = readerOf({ IDENTITY_ISSUER: provider.url });
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1_024 });
    provider.publish({ ...publicKey.export({ format: 'jwk' }), kid: 'short', alg: 'RS256' } as JWK);
    const claims = { iss: provider.url, aud: audience, sub: 'ada', exp: now() + 60 };
    const said = [{ alg: 'RS256', kid: 'short' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const token = `${said}.${sign('RSA-SHA256', Buffer.from(said), privateKey).toString('base64url')}`;
    expect(await fault(reader, token)).toMatch(/^INVALID_CREDENTIALS: .*signing key is not accepted here/);
  });

  it('are fetched once, however many users sign in', async () => {
    const provider = await issuer();
    const reader = readerOf({ IDENTITY_ISSUER: provider.url });
    const token = await provider.token({ sub: 'ada' });
    await Promise.all(Array.from({ length: 20 }, () => reader.read(token)));
    expect(provider.paths).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  it('are fetched from the configured URL and nowhere else', async () => {
    const provider = await issuer();
    const reader = readerOf({ IDENTITY_ISSUER: provider.url, IDENTITY_JWKS_URL: `${provider.url}/keys` });
    await reader.read(await provider.token({ sub: 'ada' }));
    expect(provider.paths).toEqual(['/keys']);
  });

  it('are fetched again for a token with a new key, but not for each token with an unknown key', async () => {
    const provider = await issuer();
    const reader = readerOf({ IDENTITY_ISSUER: provider.url });
    expect(await fault(reader, await provider.token({ sub: 'ada' }, { kid: 'unheard of' }))).toContain(
      'a key that its issuer does not publish',
    );
    // The key may have been published since.
    expect(await fault(reader, await provider.token({ sub: 'ada' }, { kid: 'nor of this' }))).toMatch(/^UNAVAILABLE: .*half a minute/);
    expect(provider.paths.filter((path) => path === '/keys')).toHaveLength(1);

    await provider.rotate();
    expect(await fault(reader, await provider.token({ sub: 'ada' }))).toMatch(/^UNAVAILABLE: /);
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 31_000);
    expect((await reader.read(await provider.token({ sub: 'ada' }))).subject).toBe('ada');
    expect(provider.paths.filter((path) => path === '/keys')).toHaveLength(2);
  });

  it.each<[string, (provider: Issuer) => void]>([
    ['fails', (provider) => provider.answer(503)],
    ['is another’s', (provider) => provider.pretend('https://evil.example')],
    ['sends elsewhere', (provider) => provider.answer(302)],
  ])('are unavailable while the provider %s, and sign-in works again after that', async (_how, fail) => {
    const provider = await issuer();
    const reader = readerOf({ IDENTITY_ISSUER: provider.url });
    const token = await provider.token({ sub: 'ada' });
    fail(provider);
    expect(await fault(reader, token)).toMatch(/^UNAVAILABLE: /);
    provider.answer(200);
    provider.pretend(provider.url);
    expect((await reader.read(token)).subject).toBe('ada');
  });

  it('are discovered again once their URL no longer answers', async () => {
    const provider = await issuer();
    const reader = readerOf({ IDENTITY_ISSUER: provider.url });
    await reader.read(await provider.token({ sub: 'ada' }));
    provider.move();
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 601_000);
    expect(await fault(reader, await provider.token({ sub: 'ada' }))).toMatch(/^UNAVAILABLE: /);
    expect((await reader.read(await provider.token({ sub: 'ada' }))).subject).toBe('ada');
  });

  it('are used while they are valid, though the provider cannot be asked for an unknown key', async () => {
    const provider = await issuer();
    const reader = readerOf({ IDENTITY_ISSUER: provider.url });
    await reader.read(await provider.token({ sub: 'ada' }));
    provider.answer(503);
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 60_000);
    expect(await fault(reader, await provider.token({ sub: 'ada' }, { kid: 'unheard of' }))).toMatch(/^UNAVAILABLE: /);
    expect((await reader.read(await provider.token({ sub: 'ada' }))).subject).toBe('ada');
  });

  it('that cannot be fetched are logged once a minute, and no token is logged', async () => {
    const provider = await issuer();
    const lines: string[] = [];
    const logger = pino({ level: 'trace' }, { write: (line) => void lines.push(line) });
    const reader = readerOf({ IDENTITY_ISSUER: provider.url }, { logger });
    const token = await provider.token({ sub: 'ada' });
    provider.answer(503);
    vi.useFakeTimers({ toFake: ['Date'] });
    for (let minute = 0; minute < 3; minute += 1) {
      for (let time = 0; time < 4; time += 1) expect(await fault(reader, token)).toMatch(/^UNAVAILABLE: /);
      vi.setSystemTime(Date.now() + 61_000);
    }
    expect(lines).toHaveLength(3);
    expect(lines.every((line) => line.includes('503'))).toBe(true);
    expect(lines.join('')).not.toContain(token);
  });

  it('are unavailable while nothing listens', async () => {
    const provider = await issuer();
    const token = await provider.token({ sub: 'ada' });
    await provider[Symbol.asyncDispose]();
    expect(await fault(readerOf({ IDENTITY_ISSUER: provider.url }), token)).toMatch(/^UNAVAILABLE: /);
  });

  it.each(['/.well-known/openid-configuration', '/keys'])('are given up if the response of %s does not end', async (path) => {
    const provider = await issuer();
    const lines: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
    const env = path === '/keys' ? { IDENTITY_JWKS_URL: `${provider.url}/keys` } : {};
    const token = await provider.token({ sub: 'ada' });
    provider.ramble();
    expect(await fault(readerOf({ IDENTITY_ISSUER: provider.url, ...env }, { logger, patienceMs: 60_000 }), token)).toMatch(
      /^UNAVAILABLE: /,
    );
    expect(lines.join('')).toContain('more than 1048576 bytes');
    expect(provider.paths).toEqual([path]);
  });

  it('are not waited for beyond the deadline', async () => {
    const provider = await issuer();
    provider.hang();
    const token = await provider.token({ sub: 'ada' });
    expect(await fault(readerOf({ IDENTITY_ISSUER: provider.url }, { patienceMs: 50 }), token)).toMatch(/^UNAVAILABLE: /);
    expect(
      await fault(readerOf({ IDENTITY_ISSUER: provider.url, IDENTITY_JWKS_URL: `${provider.url}/keys` }, { patienceMs: 50 }), token),
    ).toMatch(/^UNAVAILABLE: /);
  });
});

describe('a token of a backend that shares a secret', () => {
  const iss = 'my-backend';

  it('gives the user’s subject with any of several secrets, so that one can be replaced', async () => {
    const reader = readerOf({ IDENTITY_ISSUER: iss, IDENTITY_SECRET: `${secret} of now,${secret} of before` });
    for (const age of ['now', 'before']) {
      expect((await reader.read(await backendToken(`${secret} of ${age}`, { iss, sub: age }))).subject).toBe(age);
    }
    expect(await fault(reader, await backendToken(`${secret} of another`, { iss, sub: 'ada' }))).toContain('signature is not valid');
  });

  it('is checked like any other token', async () => {
    const reader = readerOf({ IDENTITY_ISSUER: iss, IDENTITY_SECRET: secret });
    expect(await fault(reader, await backendToken(secret, { iss, sub: 'ada', exp: 1_000 }))).toContain('expired');
    expect(await fault(reader, await backendToken(secret, { iss, sub: 'ada', aud: 'another' }))).toContain('for another audience');
    expect(await fault(reader, await backendToken(secret, { iss: 'another', sub: 'ada' }))).toContain('"iss"');
  });

  it('is accepted beside tokens of a provider with a JWKS URL, and without that URL no keys are fetched', async () => {
    const provider = await issuer();
    const both = readerOf({ IDENTITY_ISSUER: provider.url, IDENTITY_SECRET: secret, IDENTITY_JWKS_URL: `${provider.url}/keys` });
    expect((await both.read(await provider.token({ sub: 'ada' }))).subject).toBe('ada');
    expect((await both.read(await backendToken(secret, { iss: provider.url, sub: 'ada' }))).subject).toBe('ada');
    const asked = provider.paths.length;
    const alone = readerOf({ IDENTITY_ISSUER: provider.url, IDENTITY_SECRET: secret });
    expect(await fault(alone, await provider.token({ sub: 'ada' }))).toContain('algorithm');
    expect(provider.paths).toHaveLength(asked);
  });
});

it('no tokens are read without an issuer', () => {
  expect(createIdentities({ config: readConfig({}), logger: pino({ level: 'silent' }) })).toBeNull();
});
