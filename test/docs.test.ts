import { execFile, spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { parse, validate } from 'graphql';
import { describe, expect, it, onTestFinished } from 'vitest';
import { adminSchema } from '../schema/admin/index.ts';
import { schema } from '../schema/index.ts';
import { commands } from '../scripts/admin/commands.ts';
import { newSecret } from '../src/outgoing/index.ts';
import { noTracer } from '../src/tracer.ts';
import { call } from '../src/webhook/call.ts';
import { webhookEvents } from '../src/webhook/index.ts';
import { startNodeProcess } from './support/node-process.ts';

const root = join(import.meta.dirname, '..');

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

describe('docs/push.md', () => {
  const shown = [...read('docs/push.md').matchAll(/```graphql\n(.*?)```/gs)].map(([, block]) => block ?? '');

  it.each(shown)('has valid documents: %s', (document) => {
    expect(shown.length).toBeGreaterThan(3);
    expect(validateEach(document)).toEqual([]);
  });
});

describe('docs/accounts.md', () => {
  const accounts = read('docs/accounts.md');

  it('has a valid document and names fields that the schemas have', () => {
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

/** The errors of each operation of a text, each validated alone, because operations without a name cannot be validated together. */
function validateEach(text: string): readonly string[] {
  const { definitions, kind } = parse(text);
  return definitions.flatMap((one) => validate(schema, { kind, definitions: [one] }).map(({ message }) => message));
}

describe('docs/webhooks.md', () => {
  const webhooks = read('docs/webhooks.md');

  it('lists every event that apps can get', () => {
    const listed = [...webhooks.matchAll(/^\| `(\w+)` \|.*`(?:message|messageEdge|user|userId|group|untilSeq)\b/gm)].map(
      ([, name]) => name,
    );
    expect(listed).toEqual(expect.arrayContaining([...webhookEvents]));
    expect(listed).toHaveLength(webhookEvents.length);
  });

  it('has a receiver that accepts signed calls, once each, and nothing else', async () => {
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

describe('docs/operators', () => {
  const operators = globSync('docs/operators/*.md', { cwd: root })
    .map((page) => read(page))
    .join('\n');

  it('shows every command, and none that does not exist', () => {
    const lines = [...operators.matchAll(/^\$ npm run -s admin -- (\S+)( \S+)?/gm)];
    const shown = new Set(lines.map(([, word = '', more = '']) => (Object.hasOwn(commands, word + more) ? word + more : word)));
    expect([...shown].toSorted()).toEqual(Object.keys(commands).toSorted());
  });

  it('has valid documents', () => {
    const inBlocks = [...operators.matchAll(/```graphql\n(.*?)```|"query":"(.*?)"/gs)].map(([, block, text]) => block ?? text ?? '');
    expect(inBlocks).toHaveLength(2);
    for (const document of inBlocks) expect(validate(adminSchema, parse(document))).toEqual([]);
  });
});
