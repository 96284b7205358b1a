import { decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { ConfigError, options, readConfig } from '../../src/config/index.ts';
import { misspelt } from '../../src/config/misspelt.ts';
import { embeddedChat } from '../support/chat.ts';
import { password } from '../support/world.ts';

function refusal(env: Readonly<Record<string, string>>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}

const secret = 'A'.repeat(43);

describe('the configuration', () => {
  it('is complete without any variable: embedded, and on this machine only', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      databaseUrl: '',
      redisUrl: '',
      dataDir: './data',
      host: '127.0.0.1',
      port: 4000,
      maxMessageLength: 8000,
    });
    expect(Object.values(config)).not.toContain(undefined);
  });

  it('treats an empty variable as absent', () => {
    expect(readConfig({ PORT: '', LOG_LEVEL: '' })).toEqual(readConfig({}));
  });

  it('ignores variables of others', () => {
    expect(readConfig({ PATH: '/bin', EDITOR: 'ed' })).toEqual(readConfig({}));
  });

  it('parses texts into the types of the options', () => {
    const config = readConfig({ PORT: '0', TRUST_PROXY: 'true', GRAPHIQL: 'false' });
    expect(config).toMatchObject({ port: 0, trustProxy: true, graphiql: false });
  });

  it('accepts MySQL with Redis, and MySQL alone for one node', () => {
    const databaseUrl = 'mysql://user:pass@db.example:3306/mpim';
    const redisUrl = 'rediss://:pass@redis.example:6380/2';
    expect(readConfig({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl })).toMatchObject({ databaseUrl, redisUrl });
    expect(readConfig({ DATABASE_URL: databaseUrl })).toMatchObject({ databaseUrl, redisUrl: '' });
  });

  it.each([
    'redis+cluster://a.example:7000,b.example:7001',
    'rediss+cluster://user:p%40ss@[::1]:7000,10.0.0.2:7000',
    'redis+sentinel://a.example,b.example:26380/main',
    'rediss+sentinel://user:p%40ss@[::1]:26379,10.0.0.2:26379/main/2',
  ])('accepts %s', (redisUrl) => {
    expect(readConfig({ DATABASE_URL: 'mysql://root@db.example/mpim', REDIS_URL: redisUrl }).redisUrl).toBe(redisUrl);
  });

  it.each([
    'https://example.org',
    'example.org/files',
    'example.org:8443',
    'user@example.org',
    '*',
    'files.*.org',
    '*.',
    'two words',
    '.example.org',
    'example.org:80',
  ])('refuses %s as a host name', (host) => {
    expect(refusal({ ATTACHMENT_HOSTS: `example.com,${host}` })).toBe(`ATTACHMENT_HOSTS names ${host}, which is no host's name`);
  });

  it.each([
    'chat.example',
    'https://chat.example/',
    'https://chat.example:443',
    'https://Chat.example',
    'https://*.chat.example',
    'https://chat.example/app',
  ])('refuses %s as an origin, because no browser sends it', (origin) => {
    expect(refusal({ CORS_ORIGINS: `https://a.example,${origin}` })).toMatch(`CORS_ORIGINS names ${origin}, which no browser sends`);
  });

  it('accepts origins of apps, of other ports, and of pages without one', () => {
    const corsOrigins = ['https://a.example', 'http://localhost:5173', 'capacitor://localhost', 'http://[::1]:3000', 'null'];
    expect(readConfig({ CORS_ORIGINS: corsOrigins.join(', ') })).toMatchObject({ corsOrigins });
    expect(refusal({ CORS_ORIGINS: ' , ' })).toBe('CORS_ORIGINS names no origin: `*` is any');
  });

  it('says how VAPID_SUBJECT must start', () => {
    expect(refusal({ VAPID_SUBJECT: 'ops@example.org' })).toBe('VAPID_SUBJECT must be a URL that starts with mailto: or https://');
  });

  it('refuses Redis without MySQL and says why', () => {
    expect(refusal({ REDIS_URL: 'redis://127.0.0.1:6379' })).toMatch(/^REDIS_URL needs DATABASE_URL: /);
  });

  it.each([
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', ' 80'],
    ['PORT', '80.5'],
    ['PORT', '0x50'],
    ['MAX_MESSAGE_LENGTH', '0'],
    ['ACCESS_TOKEN_SECONDS', '99999999999999999999'],
    ['TRUST_PROXY', 'yes'],
    ['LOG_LEVEL', 'loud'],
    ['LOG_FORMAT', 'xml'],
    ['DATABASE_URL', 'postgres://user@host/name'],
    ['DATABASE_URL', 'not a url'],
    ['REDIS_URL', 'http://127.0.0.1:6379'],
    ['REDIS_URL', 'redis+cluster://'],
    ['REDIS_URL', 'redis+cluster://a.example:7000,'],
    ['REDIS_URL', 'redis+cluster://a.example:7000/1'],
    ['REDIS_URL', 'redis+cluster://a.example:port'],
    ['REDIS_URL', 'redis+sentinel://a.example:26379'],
    ['REDIS_URL', 'redis+sentinel://a.example:26379,/main'],
    ['REDIS_URL', 'redis+sentinel://a.example:26379/main/first'],
    ['REDIS_URL', 'redis://a.example:7000,b.example:7001'],
    ['REDIS_URL', 'redis://:100%@a.example'],
    ['REDIS_URL', 'redis+sentinel://:100%@a.example/main'],
    ['PUBLIC_URL', 'example.com'],
    ['NODE_NAME', 'n'.repeat(65)],
    ['NODE_NAME', ' '],
    ['NODE_NAME', 'one\nother'],
    ['SECRET_KEYS', `main:${secret.slice(1)}`],
    ['SECRET_KEYS', `main:${secret},`],
    ['SECRET_KEYS', `k2:${secret},k2:${'B'.repeat(43)}`],
    ['SECRET_KEYS', secret],
    ['IDENTITY_ISSUER', ' https://example.org'],
    ['IDENTITY_ISSUER', 'https://exämple.org'],
    ['IDENTITY_AUDIENCE', ' , '],
    ['IDENTITY_JWKS_URL', 'file:///keys'],
    ['IDENTITY_JWKS_URL', 'https://user:hunter2@example.org/keys'],
    ['IDENTITY_SECRET', 'A'.repeat(31)],
    ['IDENTITY_SECRET', ','],
    ['IDENTITY_SECRET', `${secret},`],
    ['IDENTITY_SECRET', `${secret}, ${secret}`],
    ['IDENTITY_SECRET', `${secret}\n`],
    ['IDENTITY_PROFILE', 'never'],
  ])('names %s if it is %j, in one line', (variable, value) => {
    const message = refusal({ [variable]: value });
    expect(message).toMatch(new RegExp(`^${variable} must be `));
    expect(message).not.toContain('\n');
  });

  const identity = { IDENTITY_ISSUER: 'https://example.org/', IDENTITY_AUDIENCE: 'the-chat' };

  it('accepts an issuer with discoverable keys, with a key URL, or with secrets', () => {
    expect(readConfig({ ...identity, PASSWORDS: 'false' })).toMatchObject({ identityAudience: ['the-chat'], passwords: false });
    for (const keys of [{ IDENTITY_JWKS_URL: 'https://example.org/keys' }, { IDENTITY_SECRET: `${secret},${secret}` }]) {
      expect(refusal({ ...identity, IDENTITY_ISSUER: 'my-shop', ...keys })).toBe('accepted');
    }
  });

  it.each([
    [{ IDENTITY_AUDIENCE: 'the-chat' }, 'IDENTITY_AUDIENCE needs IDENTITY_ISSUER'],
    [{ IDENTITY_SECRET: secret }, 'IDENTITY_SECRET needs IDENTITY_ISSUER'],
    [{ IDENTITY_JWKS_URL: 'https://example.org/keys' }, 'IDENTITY_JWKS_URL needs IDENTITY_ISSUER'],
    [{ PASSWORDS: 'false' }, 'PASSWORDS=false needs IDENTITY_ISSUER'],
    [{ IDENTITY_ISSUER: identity.IDENTITY_ISSUER }, 'IDENTITY_ISSUER needs IDENTITY_AUDIENCE'],
    [{ ...identity, IDENTITY_ISSUER: 'my-shop' }, 'IDENTITY_ISSUER needs IDENTITY_JWKS_URL or IDENTITY_SECRET'],
    [{ ...identity, IDENTITY_ISSUER: '"https://example.org/"' }, 'IDENTITY_ISSUER needs IDENTITY_JWKS_URL or IDENTITY_SECRET'],
    [{ ...identity, IDENTITY_ISSUER: 'https://example.org:99999' }, 'IDENTITY_ISSUER needs IDENTITY_JWKS_URL or IDENTITY_SECRET'],
    [{ ...identity, IDENTITY_ISSUER: 'https://user:hunter2@example.org' }, 'IDENTITY_ISSUER needs IDENTITY_JWKS_URL or IDENTITY_SECRET'],
  ])('says what is missing besides %j', (env, missing) => {
    expect(refusal(env)).toMatch(new RegExp(`^${missing}`));
  });

  it('reports all errors at once', () => {
    const message = refusal({ PORT: 'x', LOG_LEVEL: 'loud', REDIS_URL: 'redis://127.0.0.1' });
    for (const variable of ['PORT', 'LOG_LEVEL', 'REDIS_URL']) expect(message).toContain(variable);
  });

  it('does not repeat a secret that it refuses', () => {
    expect(refusal({ SECRET_KEYS: 'main:hunter2' })).not.toContain('hunter2');
    expect(refusal({ DATABASE_URL: 'postgres://user:hunter2@host/name' })).not.toContain('hunter2');
    expect(refusal({ ...identity, IDENTITY_SECRET: 'hunter2' })).not.toContain('hunter2');
    expect(refusal({ ...identity, IDENTITY_JWKS_URL: 'https://user:hunter2@example.org/' })).not.toContain('hunter2');
  });

  it('accepts several keys, of which the first signs', async () => {
    await using chat = await embeddedChat({ SECRET_KEYS: `new:${secret},old:${'B'.repeat(43)}` });
    const { accessToken } = await chat.users.signUp({ handle: 'ada', password, address: '127.0.0.1' });
    expect(decodeProtectedHeader(accessToken).kid).toBe('new');
  });

  it('has a unique variable, a sentence and an accepted default for every option', () => {
    const all = Object.values(options);
    expect(new Set(all.map((option) => option.env)).size).toBe(all.length);
    for (const option of all) {
      expect(option.env).toMatch(/^[A-Z][A-Z_]*$/);
      expect(option.doc).toMatch(/^[A-Z`].*\.$/);
      expect(option.type.safeParse(option.default).success).toBe(true);
    }
  });
});

describe('unknown variables', () => {
  it.each([
    ['DATABSE_URL', 'DATABASE_URL'],
    ['TRUSTPROXY', 'TRUST_PROXY'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['REDIS_URI', 'REDIS_URL'],
    ['SECRET_KESY', 'SECRET_KEYS'],
    ['MAX_PINNS', 'MAX_PINS'],
  ])('%s counts as a misspelling of %s', (name, meant) => {
    expect(misspelt({ [name]: 'x', HOME: '/root' })).toEqual([{ name, meant }]);
    expect(misspelt({ [name]: 'x', [meant]: 'x' })).toEqual([]);
  });

  it.each([
    'HOSTS',
    'POST',
    'PATH',
    'ROLE',
    'REDIS_PORT',
    'DATABASE',
    'MAX_PINS',
    'DATA_DIRS_X',
    'OTEL_EXPORTER_OTLP_HEADERS',
    'LOGLEVELS',
  ])('%s is ignored', (name) => {
    expect(misspelt({ [name]: 'x' })).toEqual([]);
  });

  it('never include a variable of an option, however similar it is to another', () => {
    for (const { env } of Object.values(options)) expect(misspelt({ [env]: 'x' })).toEqual([]);
  });
});
