import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'graphql';
import { expect, it, onTestFinished } from 'vitest';
import { runAdmin } from './support/admin-command.ts';
import { guidePage } from './support/api-guide.ts';
import { ask } from './support/client.ts';
import { freePort } from './support/services.ts';
import { type Person, world } from './support/world.ts';

const root = join(import.meta.dirname, '..');
const page = guidePage('uploads.md');
const [service = '', inTheApp = ''] = [...page.matchAll(/```javascript\n(.*?)```/gs)].map(([, code]) => code);
const [, filesUrl = ''] = /FILES_URL=(\S+)/.exec(page) ?? [];
const [, events = ''] = /webhooks create \S+ --events (\S+)/.exec(page) ?? [];

const place = world({ WORKER_POLL_MS: '20' });

/** Runs a program until the test ends. Resolves once it has written a line. */
async function running(program: string, env: Readonly<Record<string, string>>): Promise<void> {
  const child = spawn(process.execPath, ['--input-type=module', '--no-warnings', '--eval', program], {
    ...{ cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
    env: { ...process.env, ...env },
  });
  onTestFinished(() => void child.kill());
  await once(child.stdout, 'data');
}

/** Starts the upload service of the guide, which hears of the messages of the world. It deletes without waiting. */
async function uploadService(): Promise<{ readonly url: string; readonly files: () => readonly string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'mpim-docs-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { output } = await runAdmin(place.stores.env, 'webhooks', 'create', `${url}/webhook`, '--events', events);
  const impatient = service.replace(/graceMs = [^;]+/, 'graceMs = 0').replace('setInterval(sweep, 60_000)', 'setInterval(sweep, 20)');
  await running(impatient, {
    ...{ MPIM_URL: `${place.url}/graphql`, FILES_URL: filesUrl, FOLDER: folder, PORT: String(port) },
    WEBHOOK_SECRET: /whsec_\S+/.exec(output)?.[0] ?? '',
  });
  return { url, files: () => readdirSync(folder).filter((name) => !name.startsWith('index.db')) };
}

/** Uploads a picture and sends it by the sample of the guide. Returns the path of the file, and the id of the message. */
async function sendPicture(
  url: string,
  conversationId: string,
  { token }: Person,
): Promise<{ readonly path: string; readonly messageId: string }> {
  const program = `
    const [url, conversationId] = ${JSON.stringify([`${place.url}/graphql`, conversationId])};
    const currentAccessToken = async () => '${token}';
    const file = new File([Buffer.from('a dog')], 'dog.png', { type: 'image/png' });
    const send = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { messageEdge { node { id attachments { url size } } } errors { message } } }';
    const sent = [];
    async function ask(query, variables, token) {
      const headers = { 'content-type': 'application/json', authorization: 'Bearer ' + token };
      const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
      sent.push((await response.json()).data.sendMessage);
    }
    ${inTheApp.replace(filesUrl, url)}
    console.log(JSON.stringify(sent));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  const [{ messageEdge, errors }] = JSON.parse(stdout);
  expect(errors).toEqual([]);
  expect(messageEdge.node.attachments).toEqual([{ url: expect.stringMatching(`^${filesUrl}/.{36}$`), size: 5 }]);
  return { path: messageEdge.node.attachments[0].url.slice(filesUrl.length), messageId: messageEdge.node.id };
}

it('the upload service of the guide takes files of users, and deletes them when no message has them any more', async () => {
  const { url, files } = await uploadService();
  const [ann] = await place.people('ann');
  const group = await place.group(ann);

  const refused = async (type: string, token: string, body: string): Promise<number> =>
    (await fetch(url, { method: 'POST', headers: { 'content-type': type, authorization: `Bearer ${token}` }, body })).status;
  expect(await refused('image/png', 'nobody', 'a cat')).toBe(401);
  expect(await refused('text/html', ann.token, 'a cat')).toBe(415);
  expect(await refused('image/png', ann.token, 'a'.repeat(25_000_001))).toBe(413);
  expect(await refused('image/png', ann.token, '')).toBe(411);
  expect((await fetch(`${url}/webhook`, { method: 'POST', body: '{"type":"HistoryTrimmed"}' })).status).toBe(401);
  expect(files()).toEqual([]);

  const [first, second] = [await sendPicture(url, group, ann), await sendPicture(url, group, ann)];
  const got = await fetch(url + first.path);
  expect([got.status, got.headers.get('content-type'), await got.text()]).toEqual([200, 'image/png', 'a dog']);
  expect(files()).toHaveLength(2);

  const act = async (name: string, input: object, asks: string) => {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const document = `mutation ($input: ${type}!) { ${name}(input: $input) { ${asks} errors { message } } }`;
    const data = await ask<Record<string, { messageEdge?: { node: { id: string } }; errors: object[] }>, object>(
      place.url,
      parse(document),
      { input },
      ann.token,
    );
    expect(data[name]?.errors).toEqual([]);
    return data[name]?.messageEdge?.node.id;
  };
  const statusOf = async ({ path }: { readonly path: string }): Promise<number> => (await fetch(url + path)).status;
  const gone = { timeout: 10_000 };
  const copy = await act(
    'forwardMessage',
    { messageId: first.messageId, conversationId: group, clientMessageId: 'copy' },
    'messageEdge { node { id } }',
  );
  await act('recallMessage', { messageId: first.messageId }, '');
  await act('recallMessage', { messageId: second.messageId }, '');
  await expect.poll(() => statusOf(second), gone).toBe(404);
  // The recall of the first was told before that of the second.
  expect(await statusOf(first)).toBe(200);
  await act('recallMessage', { messageId: copy }, '');
  await expect.poll(() => statusOf(first), gone).toBe(404);
  await expect.poll(files, gone).toEqual([]);
});
