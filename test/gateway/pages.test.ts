import { getVariableValues, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { adminTabs } from '../../gateway/admin-tabs.ts';
import { servesDemoApp } from '../../gateway/demo-app.ts';
import { readyTabs } from '../../gateway/graphiql-tabs.ts';
import { adminSchema } from '../../schema/admin/index.ts';
import { schema } from '../../schema/index.ts';
import { readConfig } from '../../src/config/index.ts';
import { openLab } from './lab.ts';

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

test('the landing page links to everything and loads nothing from other hosts', async () => {
  await using lab = await openLab();
  const response = await fetch(lab.node.url, { headers: browser });
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const html = await response.text();
  for (const word of ['href="/graphql"', '/health/live', '/health/ready', 'connection_init']) expect(html).toContain(word);
  expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
});

test('a page is compressed for clients that take gzip, and not for those that refuse it', async () => {
  await using lab = await openLab();
  const encodingFor = async (accepted: string) =>
    (await fetch(lab.node.url, { headers: { ...browser, 'accept-encoding': accepted } })).headers.get('content-encoding');
  expect(await Promise.all(['br, gzip', 'gzip;q=0.5'].map(encodingFor))).toEqual(['gzip', 'gzip']);
  expect(await Promise.all(['gzip;q=0', 'gzip; q=0.0, br', 'br', ''].map(encodingFor))).toEqual([null, null, null, null]);
});

test('a browser gets GraphiQL with its scripts from /graphql, and another client gets the API', async () => {
  await using lab = await openLab();
  const page = await fetch(`${lab.node.url}/graphql`, { headers: browser });
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  const html = await page.text();
  expect(html).toContain('mutation SignUp');
  expect(html).not.toMatch(/<(script|link|img)[^>]+(src|href)="(https?:)?\/\//);
  const again = await fetch(`${lab.node.url}/graphql`, { headers: { ...browser, 'if-none-match': page.headers.get('etag') ?? '' } });
  expect(again.status).toBe(304);
  const api = await fetch(`${lab.node.url}/graphql?query={__typename}`, { headers: { accept: 'application/json' } });
  expect(await api.json()).toEqual({ data: { __typename: 'Query' } });
});

test('GraphiQL can be switched off', async () => {
  await using lab = await openLab({ GRAPHIQL: 'false' });
  const page = await fetch(`${lab.node.url}/graphql`, { headers: browser });
  expect(await page.text()).not.toContain('<html');
  expect(await (await fetch(lab.node.url, { headers: browser })).text()).not.toContain('href="/graphql"');
});

test('the demo app is served by an embedded node by default, and by others only with DEMO_APP', async () => {
  const served = (env: Readonly<Record<string, string>>): boolean => servesDemoApp(readConfig(env));
  const real = { DATABASE_URL: 'mysql://db/mpim' };
  expect([served({}), served(real), served({ ...real, DEMO_APP: 'true' }), served({ DEMO_APP: 'false' })]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  await using lab = await openLab({ DEMO_APP: 'false' });
  expect(await (await fetch(lab.node.url, { headers: browser })).text()).not.toContain('href="/demo/"');
  expect((await fetch(`${lab.node.url}/demo/`)).status).toBe(404);
});

test('pages of every origin may call by default, and otherwise those of CORS_ORIGINS only', async () => {
  const preflight = (url: string, origin: string) =>
    fetch(`${url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' },
    });
  await using open = await openLab();
  const allowed = await preflight(open.node.url, 'https://chat.example');
  expect(allowed.status).toBe(204);
  expect(Object.fromEntries(allowed.headers)).toMatchObject({
    'access-control-allow-origin': 'https://chat.example',
    'access-control-allow-headers': 'authorization,content-type',
  });
  expect(allowed.headers.get('access-control-allow-credentials')).toBeNull();
  await using strict = await openLab({ CORS_ORIGINS: 'https://chat.example, https://admin.example' });
  const seen = async (origin: string) => {
    const { headers } = await preflight(strict.node.url, origin);
    return [headers.get('access-control-allow-origin'), headers.get('access-control-allow-headers')];
  };
  expect(await seen('https://admin.example')).toEqual(['https://admin.example', 'authorization,content-type']);
  expect(await seen('https://evil.example')).toEqual([null, null]);
  // The origin that any page in a sandboxed frame has.
  expect(await seen('null')).toEqual([null, null]);
});

test('responses vary by origin for caches, also with a single origin in CORS_ORIGINS', async () => {
  await using lab = await openLab({ CORS_ORIGINS: 'https://chat.example' });
  const headers = { origin: 'https://chat.example', 'content-type': 'application/json' };
  const answer = await fetch(`${lab.node.url}/graphql`, { method: 'POST', headers, body: '{"query":"{ __typename }"}' });
  expect(answer.headers.get('access-control-allow-origin')).toBe('https://chat.example');
  expect(answer.headers.get('vary')?.toLowerCase()).toContain('origin');
});

test.each(
  readyTabs.map(({ query }) => [/(\w+)(\(.*\))? \{/.exec(query)?.[1], query] as const),
)('the prepared tab fits the schema: %s', (_name, query) => {
  expect(validate(schema, parse(query))).toEqual([]);
});

test.each(
  adminTabs.map(({ query, variables = '{}' }) => [/(\w+)(\(.*\))? \{/.exec(query)?.[1], query, variables] as const),
)('the operators’ prepared tab fits their schema: %s', (_name, query, variables) => {
  const document = parse(query);
  expect(validate(adminSchema, document)).toEqual([]);
  const [operation] = document.definitions;
  if (operation?.kind !== 'OperationDefinition') throw new Error('no operation');
  expect(getVariableValues(adminSchema, operation.variableDefinitions ?? [], JSON.parse(variables)).errors).toBeUndefined();
});

test('a browser gets GraphiQL for the operators’ schema from their port, unless GRAPHIQL is off', async () => {
  await using lab = await openLab();
  const page = await fetch(lab.node.adminUrl ?? '', { headers: browser });
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  const html = await page.text();
  expect(html).toContain('query Settings');
  expect(html).not.toMatch(/<(script|link|img)[^>]+(src|href)="(https?:)?\/\//);
  await using bare = await openLab({ GRAPHIQL: 'false' });
  expect((await fetch(bare.node.adminUrl ?? '', { headers: browser })).status).toBe(401);
});
