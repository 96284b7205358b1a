import { execFile, spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { parse, validate } from 'graphql';
import { describe, expect, it, onTestFinished } from 'vitest';
import { closes } from '../gateway/close-codes.ts';
import { adminSchema } from '../schema/admin/index.ts';
import { schema } from '../schema/index.ts';
import { commands } from '../scripts/admin/commands.ts';
import { refusalCodes } from '../src/errors.ts';
import { noTracer } from '../src/tracer.ts';
import { call } from '../src/webhook/call.ts';
import { webhookEvents } from '../src/webhook/index.ts';
import { newSecret } from '../src/webhook/signature.ts';
import { startNodeProcess } from './support/node-process.ts';

const root = join(import.meta.dirname, '..');

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

const api = read('docs/api.md');

/** GraphQL in a block of its own, in a JavaScript string, or in the JSON of a curl command. */
const documents = [...api.matchAll(/```graphql\n(.*?)```|[`'"]((?:query|mutation|subscription)\b[^`'"]*(?:"\w+"[^`'"]*)*)[`'"]/gs)]
  .map(([, block, text]) => block ?? text ?? '')
  .filter((text) => text.includes('{'));

/** The rows of the table below a heading, as their cells. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const section = api.slice(api.indexOf(`## ${heading}`)).split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => /^\| [`\d]/.test(line) && !line.startsWith('| `extensions'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe('docs/push.md', () => {
  const shown = [...read('docs/push.md').matchAll(/```graphql\n(.*?)```/gs)].map(([, block]) => block ?? '');

  it.each(shown)('shows what the schema has: %s', (document) => {
    expect(shown.length).toBeGreaterThan(3);
    expect(validateEach(document)).toEqual([]);
  });
});

describe('docs/accounts.md', () => {
  const accounts = read('docs/accounts.md');

  it('shows what the schemas have', () => {
    const [shown = ''] = [...accounts.matchAll(/```graphql\n(.*?)```/gs)].map(([, block]) => block);
    expect(validateEach(shown)).toEqual([]);
    for (const name of ['linkIdentity', 'unlinkIdentity', 'userByIdentity', 'disconnectUser', 'suspendUser', 'deleteUser']) {
      expect(accounts).toContain(name);
      expect(Object.keys({ ...adminSchema.getMutationType()?.getFields(), ...adminSchema.getQueryType()?.getFields() })).toContain(name);
    }
  });

  it('has a backend that signs its customers in', async () => {
    const samples = [...accounts.matchAll(/```js\n(.*?)```/gs)]
      .map(([, code]) => code)
      .slice(1)
      .join('\n');
    const [, issuer = '', audience = ''] = /IDENTITY_ISSUER=(my-\S+) IDENTITY_AUDIENCE=(\S+) IDENTITY_SECRET/.exec(accounts) ?? [];
    const folder = await mkdtemp(join(tmpdir(), 'mpim-docs-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const secret = newSecret();
    await using node = await startNodeProcess({
      ...{ DATA_DIR: folder, IDENTITY_ISSUER: issuer, IDENTITY_AUDIENCE: audience, IDENTITY_SECRET: secret },
    });
    const program = `${samples.replaceAll('http://127.0.0.1:4000', node.url)}
      const { viewer } = await asCustomer({ id: 7, handle: 'ada', name: 'Ada' });
      process.stdout.write(viewer.user.handle);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: root,
      env: { ...process.env, IDENTITY_SECRET: secret },
    });
    expect(stdout).toBe('ada');
  });
});

/** What is wrong with each operation of a text; one without a name cannot stand beside others. */
function validateEach(text: string): readonly string[] {
  const { definitions, kind } = parse(text);
  return definitions.flatMap((one) => validate(schema, { kind, definitions: [one] }).map(({ message }) => message));
}

describe('docs/api.md', () => {
  it('shows documents', () => {
    expect(documents.length).toBeGreaterThanOrEqual(8);
  });

  it.each(documents)('shows what the schema has: %s', (document) => {
    expect(validate(schema, parse(document)).map((error) => error.message)).toEqual([]);
  });

  it('lists every close code and whether to come back', () => {
    const told = rowsBelow('Close codes').map(([code, , back]) => `${code} ${back?.startsWith('yes')}`);
    const real = new Set(Object.values(closes).map(({ code, retry }) => `${code} ${retry}`));
    expect(told.toSorted()).toEqual([...real].toSorted());
  });

  it('explains codes that there are', () => {
    const known = new Set<string>([
      ...refusalCodes,
      'UNAUTHENTICATED',
      'BAD_USER_INPUT',
      'PERSISTED_QUERY_NOT_FOUND',
      'UNTRUSTED_DOCUMENT',
      'INTERNAL',
    ]);
    const told = rowsBelow('Errors').map(([code = '']) => code.replaceAll('`', ''));
    expect(told.filter((code) => !known.has(code))).toEqual([]);
    expect(told).toContain('UNAVAILABLE');
  });
});

/** The samples as one program against a real server, with what they leave to the reader: somebody to talk to, and a lost connection. */
function sampleProgram(url: string): string {
  const samples = [...api.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code).join('\n');
  return `
    const seen = [];
    async function told({ __typename, streamId, seq }) {
      seen.push(seq === undefined ? __typename : __typename + ' ' + seq);
      const times = seen.filter((name) => name === 'StreamReady').length;
      if (__typename === 'StreamReady' && times === 1) {
        await ask(send, { input: { ...input, clientMessageId: 'live' } }, fresh.accessToken);
      }
      if (__typename === 'MessageSent' && times === 1) {
        await ask(send, { input: { ...input, clientMessageId: 'missed' } }, fresh.accessToken).then(() => client.terminate());
      }
      if (__typename === 'StreamReady' && times === 2) {
        process.stdout.write(JSON.stringify({ seen, held: positions.get(conversationId).seq }));
        process.exit(0);
      }
    }
    ${samples.replaceAll('http://127.0.0.1:4000', url).replaceAll('ws://127.0.0.1:4000', url.replace('http', 'ws'))}
  `
    .replace('const { user: ben }', "await ask(signUp, { input: { handle: 'ben', password: 'a long enough one' } });\nconst { user: ben }")
    .replace('      apply(data.events);', '      apply(data.events); void told(data.events);');
}

describe('the samples of docs/api.md', () => {
  it('sign up, send, subscribe, and resume after a lost connection with what was missed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mpim-docs-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await using node = await startNodeProcess({ DATA_DIR: folder });
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', sampleProgram(node.url)], {
      cwd: root,
    });
    const { seen, held } = JSON.parse(stdout);
    expect(seen[0]).toBe('StreamReady');
    expect(seen.filter((name: string) => name.startsWith('MessageSent'))).toEqual(['MessageSent 2', 'MessageSent 3']);
    expect(held).toBe(3);
  });
});

describe('docs/webhooks.md', () => {
  const webhooks = read('docs/webhooks.md');

  it('lists every event that an app can be told of', () => {
    const listed = [...webhooks.matchAll(/^\| `(\w+)` \|.*`(?:message|messageEdge|user|userId|group|untilSeq)\b/gm)].map(
      ([, name]) => name,
    );
    expect(listed).toEqual(expect.arrayContaining([...webhookEvents]));
    expect(listed).toHaveLength(webhookEvents.length);
  });

  it('has a receiver that takes what is signed, once, and nothing else', async () => {
    const [, sample = ''] = /```js\n(.*?)```/s.exec(webhooks) ?? [];
    const program = sample.replace('8080', '0').replace("console.log('ready')", 'console.log(server.address().port)');
    const secret = newSecret();
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: root,
      env: { ...process.env, WEBHOOK_SECRET: secret },
    });
    onTestFinished(() => void child.kill());
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const next = async (): Promise<string> => (await lines.next()).value as string;
    const url = `http://127.0.0.1:${await next()}/`;
    const tell = async (id: string, text: string, by = secret): Promise<number | null> => {
      const body = JSON.stringify({ type: 'MessageSent', data: { messageEdge: { node: { text } } } });
      const signal = AbortSignal.timeout(5_000);
      return (await call({ url, secrets: [by], id, body, deadlineMs: 5_000, maxBytes: 100, signal, tracer: noTracer })).status;
    };
    expect([await tell('e:1:1', 'hello'), await tell('e:1:1', 'hello'), await tell('e:1:2', 'forged', newSecret())]).toEqual([
      204, 204, 401,
    ]);
    expect(await tell('e:1:3', 'bye')).toBe(204);
    expect([await next(), await next()]).toEqual(['MessageSent hello', 'MessageSent bye']);
  });
});

describe('docs/operators.md', () => {
  const operators = read('docs/operators.md');

  it('shows every command as it is, and none that there is not', () => {
    const lines = [...operators.matchAll(/^\$ npm run -s admin -- (\S+)( \S+)?/gm)];
    const shown = new Set(lines.map(([, word = '', more = '']) => (Object.hasOwn(commands, word + more) ? word + more : word)));
    expect([...shown].toSorted()).toEqual(Object.keys(commands).toSorted());
  });

  it('shows what the schema has', () => {
    const inBlocks = [...operators.matchAll(/```graphql\n(.*?)```|"query":"(.*?)"/gs)].map(([, block, text]) => block ?? text ?? '');
    expect(inBlocks).toHaveLength(2);
    for (const document of inBlocks) expect(validate(adminSchema, parse(document))).toEqual([]);
  });
});

describe('the links in the documentation', () => {
  // What a heading is called in a link, as GitHub makes it.
  const slug = (heading: string) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
  const headings = (path: string) => [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => slug(heading));
  const pages = globSync(['*.md', '{docs,docs/decisions,client,web,bench,deploy}/*.md'], { cwd: root });

  it.each(pages)('of %s lead somewhere', (page) => {
    const targets = [...read(page).matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g)].map(([, path = '', heading = '']) => ({
      path: path === '' ? page : join(dirname(page), path),
      heading,
    }));
    const dead = targets.filter(
      ({ path, heading }) => !existsSync(join(root, path)) || (heading !== '' && !headings(path).includes(heading)),
    );
    expect(dead).toEqual([]);
  });
});
