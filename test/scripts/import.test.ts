import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAdmin } from '../support/admin-command.ts';
import { world } from '../support/world.ts';

const place = world({ HEAD_CHECK_MS: '200' });
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mpim-import-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The example of docs/operators/import.md, as a file. */
async function example(): Promise<string> {
  const docs = await readFile(join(import.meta.dirname, '../../docs/operators/import.md'), 'utf8');
  const [, lines = ''] = /```jsonl\n([\s\S]*?)```/.exec(docs) ?? [];
  const file = join(folder, 'example.jsonl');
  await writeFile(file, lines);
  return file;
}

const newest = async () => (await place.node.chat.audit.list({}, { first: 1 })).items[0];

describe('admin import beside a running node', () => {
  it('checks the guide’s example, stores it, and stores it only once', async () => {
    const file = await example();
    const before = await newest();
    expect(await runAdmin(place.stores.env, 'import', file, '--check')).toEqual({
      code: 0,
      errors: '',
      output: 'To be stored: 4 users, 2 conversations, 5 messages, 1 read. Already known: 0. Skipped: 0.\n',
    });
    expect(await newest()).toEqual(before);
    expect(await runAdmin(place.stores.env, 'import', file)).toEqual({
      code: 0,
      errors: '',
      output: 'Stored: 4 users, 2 conversations, 5 messages, 1 read. Already known: 0. Skipped: 0.\nOpened: 2 conversations.\n',
    });
    const counts = { lines: 12, users: 4, conversations: 2, messages: 5, reads: 1, known: 0, faulty: 0, shifted: 0, opened: 2 };
    expect(await newest()).toMatchObject({ action: 'import', outcome: 'DONE', after: JSON.stringify(counts) });
    const { output } = await runAdmin(place.stores.env, 'import', file, '--json');
    expect(JSON.parse(output)).toEqual({ ...counts, users: 0, conversations: 0, messages: 0, known: 11, opened: 0 });
    const alice = await place.node.chat.administration.byIdentity({ subject: '8d1f-alice', issuer: 'https://id.example.com' });
    expect(alice).toMatchObject({ handle: 'alice.l', displayName: 'Alice Liddell' });
    const { items } = await place.node.chat.groups.list({ userId: alice?.id ?? -1n, sessionId: '' }, { first: 10 });
    expect(items.map(({ conversation: { name } }) => name)).toEqual(['The fair', null]);
  });

  it('reports the line that stops it and what was stored, and continues with --skip-faulty', async () => {
    const file = join(folder, 'faulty.jsonl');
    await writeFile(
      file,
      '{"kind":"user","id":"1","handle":"fine.one"}\n{"kind":"user","id":"2","handle":"a b"}\n{"kind":"user","id":"3","handle":"fine.two"}\n',
    );
    const fault = 'Line 2, handle: A handle must be 3 to 32 characters of a-z, 0-9, _, . and -.\n';
    expect(await runAdmin(place.stores.env, 'import', file)).toEqual({
      code: 1,
      output: '',
      errors: `Before the error. Stored: 1 user, 0 conversations, 0 messages, 0 read. Already known: 0. Skipped: 1.\n${fault}`,
    });
    expect(await newest()).toMatchObject({
      action: 'import',
      outcome: 'REFUSED',
      code: 'INVALID_INPUT',
      after: expect.stringContaining('"users":1'),
    });
    expect(await runAdmin(place.stores.env, 'import', file, '--skip-faulty')).toMatchObject({
      code: 0,
      errors: fault,
      output: expect.stringContaining('Stored: 1 user, 0 conversations, 0 messages, 0 read. Already known: 1. Skipped: 1.\n'),
    });
    expect(await runAdmin(place.stores.env, 'import', `${file}.none`)).toMatchObject({
      code: 1,
      errors: expect.stringContaining('cannot be read: ENOENT'),
    });
  });

  it('follows settings made while nodes run', async () => {
    const file = join(folder, 'group.jsonl');
    const members = ['7', '8', '9'].map((user, place) => ({ user, ...(place === 0 && { role: 'OWNER' }) }));
    const lines = [
      ...members.map(({ user: id }) => ({ kind: 'user', id, handle: `member.${id}` })),
      { kind: 'group', id: 'g', name: 'Three', createdAt: '2021-01-01T00:00:00Z', members },
    ];
    await writeFile(file, lines.map((line) => JSON.stringify(line)).join('\n'));
    await runAdmin(place.stores.env, 'settings', 'set', 'maxGroupMembers', '2');
    expect((await runAdmin(place.stores.env, 'import', file)).errors).toContain('Line 4, members: A group can have at most 2 members.\n');
    await runAdmin(place.stores.env, 'settings', 'reset', 'maxGroupMembers');
    expect((await runAdmin(place.stores.env, 'import', file)).output).toContain('Opened: 1 conversation.\n');
  });
});
