import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'graphql';
import { describe, expect, it, onTestFinished } from 'vitest';
import { adminSchema } from '../schema/admin/index.ts';
import { runAdmin } from './support/admin-command.ts';
import { ask, socketClient } from './support/client.ts';
import { FollowDocument } from './support/generated/graphql.ts';
import { listening } from './support/listening.ts';
import { startNodeProcess } from './support/node-process.ts';
import { peopleOf } from './support/world.ts';

const root = join(import.meta.dirname, '..');
const guide = readFileSync(join(root, 'docs/bots.md'), 'utf8');

/** The sample as a program, with the client package of this checkout. */
function sample(): string {
  const [, code = ''] = /```js\n(.*?)```/s.exec(guide) ?? [];
  return code.replaceAll(/'mpim-client(\/[\w-]+)?'/g, (_, part = '/index') => `'${join(root, `client${part}.ts`)}'`);
}

describe('docs/bots.md', () => {
  it('names fields that the operators’ schema has', () => {
    const fields = { ...adminSchema.getMutationType()?.getFields(), ...adminSchema.getQueryType()?.getFields() };
    for (const name of ['createBot', 'createBotKey', 'revokeBotKey', 'createUser', 'userByIdentity', 'deleteUser', 'grantAdmin']) {
      expect(guide).toContain(name);
      expect(Object.keys(fields)).toContain(name);
    }
  });

  it('has a bot that answers each message once, including those that came while it was killed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mpim-docs-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await using node = await startNodeProcess({ DATA_DIR: folder });
    const admin = async (...words: readonly string[]) => (await runAdmin({ DATA_DIR: folder }, ...words)).output.trim();
    await admin('bots', 'create', 'echo');
    const key = await admin('bots', 'key', 'echo', '--name', 'the test');
    function start() {
      const env = { ...process.env, MPIM_KEY: key, MPIM_URL: `${node.url}/graphql` };
      const child = spawn(process.execPath, ['--input-type=module', '--eval', sample()], { cwd: folder, env, stdio: 'inherit' });
      onTestFinished(() => void child.kill('SIGKILL'));
      return child;
    }

    const people = peopleOf(() => node.url);
    const [ann] = await people.people('ann');
    const client = socketClient(node.url, ann.token);
    onTestFinished(() => client.terminate());
    const ear = listening(client, 'events', FollowDocument, {});
    await ear.ready();
    async function heardUpTo(text: string): Promise<readonly unknown[]> {
      const isLast = (said: unknown) => said === text;
      const events = await ear.until((event) => event.__typename === 'MessageSent' && isLast(event.messageEdge?.node.text));
      return events.flatMap((event) => (event.__typename === 'MessageSent' ? [event.messageEdge?.node.text] : []));
    }

    const first = start();
    await expect.poll(() => existsSync(join(folder, 'positions.json')), { timeout: 20_000 }).toBe(true);
    const { user } = await ask<{ user: { id: string } }, object>(node.url, parse('{ user(handle: "echo") { id } }'), {}, ann.token);
    const conversation = await people.direct(ann, { ...ann, ...user });
    await people.say(ann, conversation, 'one');
    expect(await heardUpTo('You said: one')).toEqual(['one', 'You said: one']);
    first.kill('SIGKILL');
    await once(first, 'exit');
    await people.say(ann, conversation, 'two');
    start();
    expect(await heardUpTo('You said: two')).toEqual(['two', 'You said: two']);
    // Its start ends within an emoji, if that is counted as two characters.
    const shown = `${'a'.repeat(999)}🙂`;
    await people.say(ann, conversation, `${shown}🙂`);
    expect(await heardUpTo(`You said: ${shown}`)).toEqual([`${shown}🙂`, `You said: ${shown}`]);
  });
});
