import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { inputId } from '../../schema/ids.ts';
import { readConfig } from '../../src/config/index.ts';
import { type CommandEnd, runAdmin, spawnAdmin } from '../support/admin-command.ts';
import { leaveDeadJob } from '../support/dead-job.ts';
import { UpdateProfileDocument } from '../support/generated/graphql.ts';
import { rawId, rawSql } from '../support/raw-sql.ts';
import { embeddedStores, type Stores } from '../support/stores.ts';
import { world } from '../support/world.ts';
import { answers, receiver, takes } from '../webhook/receiver.ts';

const place = world({ HEAD_CHECK_MS: '200' });

/** Runs the command on the node's system. Fails if it does not succeed. */
async function admin(...words: readonly string[]): Promise<string> {
  const { code, output, errors } = await runAdmin(place.stores.env, ...words);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  return output;
}

/** Runs the command, which must fail, and returns its message. */
async function refused(...words: readonly string[]): Promise<string> {
  const { code, output, errors } = await runAdmin(place.stores.env, ...words);
  expect({ code, output }).toEqual({ code: 1, output: '' });
  return errors;
}

/** A file of words, removed after the tests. */
async function wordsFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mpim-words-'));
  afterAll(() => rm(folder, { recursive: true }));
  const file = join(folder, 'words.txt');
  await writeFile(file, text);
  return file;
}

describe('the command beside a running embedded node', () => {
  it('makes a user an admin once, and revokes that', async () => {
    const { handle } = (await place.people('ann'))[0];
    expect(await admin('grant', handle)).toBe(`${handle} is now an admin.\n`);
    expect(await admin('grant', handle.toUpperCase())).toBe(`${handle} is already an admin.\n`);
    expect(await admin('revoke', handle)).toBe(`${handle} is no longer an admin.\n`);
    expect(await refused('grant', 'nobody.here')).toBe('There is no user with the handle "nobody.here".\n');
  });

  it('signs a user out on all devices, which the node finds by its check', async () => {
    const [ann] = await place.people('ann');
    const [atPhone, atDesk] = [place.listen(ann), place.listen(await place.anotherDevice(ann))];
    await Promise.all([atPhone.ready(), atDesk.ready()]);
    expect(await admin('disconnect', ann.handle, '--end-sessions')).toBe(
      `${ann.handle}: 2 sessions ended. Open connections are closed within HEAD_CHECK_MS.\n`,
    );
    for (const listening of [atPhone, atDesk]) expect((await listening.end()).ending).toMatchObject({ code: 4401 });
  });

  it('escapes display names, so that they cannot reverse the output', async () => {
    const [ann] = await place.people('ann');
    await place.ask(UpdateProfileDocument, { input: { displayName: 'Ann \u202Enimda' } }, ann);
    expect(await admin('users', 'show', ann.handle)).toContain('(Ann \\u202enimda), USER');
  });

  it('shows an erased user under the handle that lists give them, and nobody else under such a handle', async () => {
    const [ann, ben] = await place.people('ann', 'ben');
    const [id = '', other = ''] = [ann, ben].map((person) => rawId(person.id));
    await admin('users', 'delete', ann.handle, '--messages', 'keep');
    expect(await admin('users', 'list', '--state', 'erased')).toContain(`~${id} `);
    expect(await admin('users', 'show', `~${id}`)).toContain('ERASED');
    expect(await refused('users', 'show', ann.handle)).toMatch(/^There is no user/);
    expect(await refused('users', 'show', `~${other}`)).toMatch(/^There is no user/);
  });

  it('creates, tests, rotates, changes and deletes a webhook', async () => {
    await using app = await receiver();
    expect(await admin('webhooks', 'list')).toBe('No webhooks.\n');
    const made = await admin('webhooks', 'create', app.url, '--events', 'MessageSent,PinChanged', '--note', 'for the fair');
    const [, id = '', secret = ''] = /^(\S+) is told from now on\. .*:\n(whsec_\S+)\n$/.exec(made) ?? [];
    app.knows(secret);
    expect(await admin('webhooks', 'test', id)).toMatch(/^Accepted with 204 after \d+ ms\.\n$/);
    expect(app.calls).toMatchObject([{ type: 'Test' }]);
    const [ann] = await place.people('ann');
    await place.say(ann, await place.group(ann), 'hello');
    await app.until(2);
    expect(app.calls[1]).toMatchObject({ type: 'MessageSent' });
    expect(await admin('webhooks', 'list')).toMatch(new RegExp(`^${id} +ACTIVE +${app.url} +MessageSent,PinChanged .* for the fair$`, 'm'));
    app.behaves(answers(500));
    await place.say(ann, await place.group(ann), 'not now');
    const failing = new RegExp(`^${id} +ACTIVE +\\S+ +\\S+ +(\\S+Z +){2}1 +\\S.* 500.* for the fair$`, 'm');
    await expect.poll(() => admin('webhooks', 'list'), { timeout: 30_000 }).toMatch(failing);
    app.behaves(takes);
    app.knows((await admin('webhooks', 'rotate', id)).trim());
    await admin('webhooks', 'test', id);
    expect(app.forged).toEqual([]);
    expect(await admin('webhooks', 'update', id, '--url', `${app.url}/2`, '--events', 'ALL', '--note', 'for all')).toBe(
      `${id} is changed.\n`,
    );
    expect(await admin('webhooks', 'list')).toMatch(/\/hook\/2 +all .* for all$/m);
    expect(await admin('webhooks', 'enable', id, '--missed')).toBe(`${id} is enabled again.\n`);
    expect(await refused('webhooks', 'create', app.url, '--events', 'Anything')).toMatch(/^Unknown event\. The events are MessageSent,/);
    expect(await admin('webhooks', 'delete', id)).toBe(`${id} is deleted.\n`);
    expect(await refused('webhooks', 'test', id)).toBe('Webhook not found. List the webhooks for their ids.\n');
  });

  it('sets the app that is asked before messages are stored, and removes it, and the node follows within moments', async () => {
    await using app = await receiver();
    expect(await admin('before-send', 'show')).toBe('No app is asked.\n');
    const made = await admin('before-send', 'set', app.url, '--deadline', '2000', '--on-failure', 'REFUSE', '--conversations', 'GROUP');
    app.knows(/(whsec_\S+)/.exec(made)?.[1] ?? '');
    expect(await admin('before-send', 'show')).toMatch(/hook\n {2}within 2000 ms; where it fails: REFUSE; conversations: GROUP\n$/);
    expect(await admin('before-send', 'set', app.url)).toBe('It is asked from now on.\n');
    await expect.poll(() => place.node.chat.beforeSend.asks).toBe(true);
    expect(await refused('before-send', 'set', app.url, '--on-failure', 'MAYBE')).toBe('MAYBE must be one of ALLOW, REFUSE.\n');
    expect(await admin('before-send', 'remove')).toBe('No app is asked any more.\n');
    await expect.poll(() => place.node.chat.beforeSend.asks).toBe(false);
    expect(await admin('before-send', 'remove')).toBe('No app was asked.\n');
  });

  it('changes a setting, which the node follows within moments, shows the history, and rolls back', async () => {
    const { config } = place.node.chat.settings;
    expect(await admin('settings', 'history')).toBe('No changes.\n');
    expect(await admin('settings', 'get', 'maxPins')).toMatch(
      /^maxPins 50\n {2}configured: 50\n {2}never changed\n {2}Maximum number of pinned messages/,
    );
    const line = /^1 {2}\S+Z {2}command line, for the fair\n {2}maxPins: as configured → 7\n$/;
    expect(await admin('settings', 'set', 'maxPins', '7', '--note', 'for the fair')).toMatch(line);
    await expect.poll(() => config.maxPins).toBe(7);
    expect(await admin('settings', 'set', 'maxPins', '7')).toBe('No change: it already has this value.\n');
    expect(await admin('settings', 'get', 'maxPins')).toMatch(/^maxPins 7\n {2}configured: 50\n {2}version 1, /);
    expect(await admin('settings', 'list')).toMatch(/^maxPins +7 +50$/m);
    await admin('settings', 'set', 'maintenanceMessage', 'Back at noon.', '--expect', '1');
    expect(await refused('settings', 'set', 'maxPins', '8', '--expect', '1')).toMatch(/^The settings are now at version 2/);
    expect(await admin('settings', 'reset', 'maxPins')).toMatch(/maxPins: 7 → as configured\n$/);
    expect(await admin('settings', 'rollback', '1')).toMatch(/^4 {2}.*back to version 1\n/);
    await expect.poll(() => config).toMatchObject({ maxPins: 7, maintenanceMessage: 'Maintenance is under way. Try again later.' });
    expect(await admin('settings', 'history')).toMatch(/^4 .*\n3 .*\n2 .*\n1 /s);
    expect(await admin('settings', 'history', '--first', '1')).toMatch(/^4 .*\n… more with --before 4\n$/s);
    expect(await admin('settings', 'history', '--first', '1', '--before', '3')).toMatch(/^2 /);
    await admin('settings', 'rollback', '0');
    await expect.poll(() => config.maxPins).toBe(50);
  });

  it('names the admin who has changed a setting otherwise', async () => {
    const [ann] = await place.people('ann');
    const { userId } = await place.node.chat.users.authenticate(ann.token);
    await place.node.chat.settings.set(userId, { settings: [{ name: 'maxPins', value: '9' }] });
    expect(await admin('settings', 'history', '--first', '1')).toMatch(RegExp(`^\\d+ {2}\\S+Z {2}${ann.handle}\n {2}maxPins: `));
    await place.node.chat.settings.rollBack(null, { version: 0 });
  });

  it('posts notices now or later, lists their progress, and revokes them', async () => {
    const [ann, ben] = await place.people('ann', 'ben');
    const [atAnns, atBens] = [place.listen(ann), place.listen(ben)];
    await Promise.all([atAnns.ready(), atBens.ready()]);
    expect(await admin('notices', 'list')).toBe('No notices.\n');
    const [, some = ''] = /^(\S+) is posted\.\n$/.exec(await admin('notices', 'post', 'For Ann', 'Between us.', '--to', ann.handle)) ?? [];
    expect((await atAnns.nextOf('NoticePosted')).notice).toMatchObject({ title: 'For Ann', body: 'Between us.' });
    const later = await admin('notices', 'post', 'Later', 'Some day.', '--at', new Date(Date.now() + 86_400_000).toISOString());
    expect(later).toMatch(/^\S+ is posted at \S+Z\.\n$/);
    const [, all = ''] = /^(\S+) is posted\.\n$/.exec(await admin('notices', 'post', 'For all', 'Tonight.')) ?? [];
    expect((await atBens.nextOf('NoticePosted')).notice).toMatchObject({ title: 'For all' });
    expect(await admin('notices', 'list', '--first', '3')).toMatch(
      /^ID .*\n\S+ +POSTED +\S+ +all +For all\n\S+ +SCHEDULED +\S+ +all +Later\n\S+ +POSTED +\S+ +1 of 1 +For Ann\n$/,
    );
    for (const id of [all, some]) expect(await admin('notices', 'revoke', id)).toBe(`${id} is revoked.\n`);
    await Promise.all([atAnns, atBens].map((events) => events.nextOf('NoticeRevoked')));
    expect(await admin('notices', 'list', '--first', '1')).toMatch(/REVOKED .*\n… more with --first\n$/);
    expect(await refused('notices', 'post', 'For nobody', 'Hm.', '--to', `${ann.handle},nobody.here`)).toBe(
      'The notice was not posted. There are no users with these handles: nobody.here.\n',
    );
    expect(await refused('notices', 'post', 'Some day', 'Hm.', '--at', 'tomorrow')).toBe(
      'tomorrow is not a time. Write it like 2027-01-31T20:00:00Z.\n',
    );
    expect(await refused('notices', 'post', 'Some day', 'Hm.', '--at', '2027-02-30T20:00Z')).toMatch(/^2027-02-30T20:00Z is not a time\./);
    expect(await refused('notices', 'revoke', 'none')).toBe('Notice not found.\n');
  });

  it('imports blocked words, which the node applies within moments, and changes and removes the list', async () => {
    const [ann, ben] = await place.people('ann', 'ben');
    const group = await place.group(ann, ben);
    const said = async (text: string) => {
      const { id } = await place.say(ann, group, text);
      const { data } = await place.post<{ node: { text: string } }, object>(
        parse('query ($id: ID!) { node(id: $id) { ... on Message { text } } }'),
        { id },
        ann,
      );
      return data?.node.text;
    };
    expect(await admin('words', 'list')).toBe('No lists.\n');
    const file = await wordsFile('\ufeff# animals\nBadger\r\n\n hot dog \nbàdger\n');
    expect(await admin('words', 'import', file, '--list', 'animals', '--action', 'mask')).toBe(
      'animals: 2 words, MASK, whole words, on.\n',
    );
    await expect.poll(() => said('a badger')).toBe('a ******');
    expect(await said('badgers')).toBe('badgers');
    expect(await admin('words', 'show', 'animals')).toBe('Badger\nhot dog\n');
    expect(await admin('words', 'set', 'animals', '--anywhere')).toBe('animals: 2 words, MASK, anywhere, on.\n');
    await expect.poll(() => said('badgers')).toBe('******s');
    expect(await admin('words', 'set', 'animals', '--off', '--whole-words')).toBe('animals: 2 words, MASK, whole words, off.\n');
    await expect.poll(() => said('a badger')).toBe('a badger');
    expect(await admin('words', 'list')).toMatch(/^LIST +ACTION .*\nanimals +MASK +off +whole words +2 +\S+Z\n$/);
    expect(await admin('words', 'remove', 'animals')).toBe('animals is gone.\n');
    expect(await refused('words', 'remove', 'animals')).toBe('List not found.\n');
    expect(await refused('words', 'show', 'animals')).toBe('List animals not found.\n');
    expect(await refused('words', 'set', 'animals', '--on')).toBe('A new list must have words.\n');
    expect(await refused('words', 'import', file)).toBe('Name the list with --list.\n');
    expect(await refused('words', 'import', `${file}.none`, '--list', 'a')).toMatch(/^.*words.txt.none cannot be read: ENOENT/);
    expect(await refused('words', 'import', file, '--list', 'a', '--action', 'burn')).toBe('burn must be one of REFUSE, MASK, FLAG.\n');
    expect(await refused('words', 'set', 'a', '--on', '--off')).toBe('Use either --on or --off, not both.\n');
  });

  it('lists reports, shows one with its context, and resolves it', async () => {
    const [ann, ben] = await place.people('ann', 'ben');
    const group = await place.group(ann, ben);
    await place.say(ben, group, 'hello');
    const { id: messageId } = await place.say(ann, group, 'something\nbad \u001b[2J');
    const { chat } = place.node;
    const { userId, sessionId } = await chat.users.authenticate(ben.token);
    const message = inputId('Message', messageId);
    const attachments = [{ url: 'https://example.org/a', mediaType: 'image/png' }];
    await chat.messages.edit(await chat.users.authenticate(ann.token), { message, text: 'something\nbad \u001b[2J', attachments });
    await chat.reports.message({ userId, sessionId }, { message, reason: 'HATE', note: 'it hurts' });
    await chat.reports.user({ userId, sessionId }, { userId: inputId('User', ann.id), reason: 'SPAM' });
    const listed = await admin('moderation', 'list', '--kind', 'message');
    const [, itemId = ''] =
      /^ID .*\n(\S+) +MESSAGE +\S+Z +HATE 1 +something bad \ufffd\[2J image\/png https:\/\/example\.org\/a\n$/.exec(listed) ?? [];
    expect(await admin('moderation', 'list', '--first', '1')).toMatch(/\n… more with --after \S+\n$/);
    expect(await admin('moderation', 'list', '--after', itemId)).toMatch(/^ID .*\n\S+ +USER +\S+Z +SPAM 1 +\S+ \(@ann\.\w+\)\n$/);
    const shown = await admin('moderation', 'show', itemId);
    expect(shown).toMatch(
      /^MESSAGE \d+:\d+, since \S+Z, open\nof @ann\.\w+\nthen: something\nbad \ufffd\[2J\nimage\/png \S+\/a\nnow: something\nbad .*\nimage\/png \S+\/a\n/,
    );
    expect(shown).toMatch(/\n\S+Z {2}@ben\.\w+ {2}HATE {2}it hurts\n/);
    expect(shown).toMatch(/\n {3}\S+Z {2}@ben\.\w+ {2}hello\n> {2}\S+Z {2}@ann\.\w+ {2}something bad/);
    expect(await refused('moderation', 'resolve', itemId, 'other')).toBe('note is required: describe what was done.\n');
    expect(await refused('moderation', 'resolve', itemId, 'burn')).toBe('burn must be one of dismiss, remove-message, other.\n');
    expect(await admin('moderation', 'resolve', itemId, 'remove-message', '--note', 'out')).toBe(
      `${itemId} is resolved: REMOVE_MESSAGE.\n`,
    );
    expect(await refused('moderation', 'resolve', itemId, 'dismiss')).toMatch(/^This item has already been resolved/);
    expect(await chat.messages.byRefs([message])).toMatchObject([{ text: '', recalledAt: expect.any(Date) }]);
    expect(await admin('moderation', 'show', itemId)).toMatch(/, REMOVE_MESSAGE at \S+Z: out\n.*now: \(recalled\)\n/s);
    expect(await admin('moderation', 'list', '--state', 'resolved')).toContain(itemId);
    expect(await admin('moderation', 'list', '--kind', 'group')).toBe('No items.\n');
    expect(await refused('moderation', 'show', 'none')).toBe('Item none not found.\n');
    expect(await refused('moderation', 'list', '--after', 'none')).toBe('none is not the id of an item.\n');
    expect(await refused('moderation', 'list', '--state', 'gone')).toBe('gone must be one of OPEN, RESOLVED.\n');
  });

  test.each([
    [['settings', 'set', 'maxPins', '0'], 'maxPins must be a whole number from 1 to 1000.\n'],
    [['settings', 'set', 'maxPin', '1'], /^Unknown setting\. The settings are .*maxPins/],
    [['settings', 'get', 'maxPin'], 'There is no setting maxPin. See settings list.\n'],
    [['settings', 'set', 'maxPins', '1', '--expect', 'x'], '--expect must be a whole number from 0 to 999999999, not "x".\n'],
    [['users', 'list', '--first', '0'], '--first must be a whole number from 1 to 999999999, not "0".\n'],
    [['settings', 'rollback', '1.5'], 'VERSION must be a whole number from 0 to 999999999, not "1.5".\n'],
    [['settings', 'rollback', '99'], 'The settings have no version 99.\n'],
  ] as const)('refuses %j with the reason', async (words, says) => {
    expect(await refused(...words)).toEqual(typeof says === 'string' ? says : expect.stringMatching(says));
  });

  const all = [/^ {2}settings rollback VERSION +restores all/m, /^ {2}grant HANDLE /m, /^ {2}drain NODE /m];

  test.each([
    [[], /^npm run admin/],
    [['constructor'], /^Unknown command: constructor\.$/m],
    [['setting', 'list'], /^Unknown command: setting list\.$/m],
    [['--loud'], /^Unknown option '--loud'$/m],
  ])('prints all usage lines for %j', async (words, fault) => {
    const says = await refused(...words);
    for (const line of [fault, ...all]) expect(says).toMatch(line);
  });

  test.each([
    [['settings', 'set', 'maxPins'], 'Usage: settings set NAME VALUE.', ['settings set']],
    [['grant', 'ann', 'ben'], 'Usage: grant HANDLE.', ['grant']],
    [['nodes', 'all'], 'nodes takes no arguments.\n', ['nodes']],
    [['settings', 'list', '--loud'], "Unknown option '--loud'\n", ['settings list']],
    // Somebody who only wants to look must not erase an account.
    [['users', 'delete', 'ann', '--messages', 'keep', '--check'], 'users delete takes no --check. Nothing was done.\n', ['users delete']],
    [['audit'], 'audit needs a subcommand.\n', ['audit list', 'audit export']],
    [['audit', 'show'], 'Unknown command: audit show.\n', ['audit list', 'audit export']],
  ])('prints what is wrong with %j, and only the usage that was meant', async (words, fault, meant) => {
    const says = await refused(...words);
    expect(says).toMatch(fault);
    expect([...says.matchAll(/^ {2}([a-z -]+?)(?: [A-Z ]+)? {2}/gm)].map(([, name]) => name)).toEqual(meant);
  });

  it('prints its usage with --help, without an error', async () => {
    for (const line of all) expect(await admin('--help')).toMatch(line);
    expect(await admin('grant', '-h')).toMatch(/^npm run admin -- …\n {2}grant HANDLE {2}.*\n$/);
  });

  test.each([
    [['nodes']],
    [['drain', 'x']],
    [['connections', 'ann']],
    [['disconnect', 'ann']],
  ])('refuses %j without REDIS_URL and says where to do it', async (words) => {
    expect(await refused(...words)).toBe(
      'Without REDIS_URL there is one node, which this command cannot reach. Use the operators’ schema at ADMIN_PORT instead.\n',
    );
  });
});

describe('the command without a running node', () => {
  const stack = new AsyncDisposableStack();
  let stores: Stores;
  beforeAll(async () => {
    stores = stack.use(await embeddedStores());
  });
  afterAll(() => stack.disposeAsync());

  const run = (...words: readonly string[]): Promise<CommandEnd> => runAdmin(stores.env, ...words);

  it('reports a wrong configuration in one line', async () => {
    expect(await spawnAdmin({ ...stores.env, PORT: 'x' }, 'settings', 'list')).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/^PORT .*\n$/),
    });
  });

  it('ends without a word if nobody reads its output to the end', async () => {
    const child = spawn(process.execPath, ['scripts/admin.ts', '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    const ended = once(child, 'close');
    expect({ errors: await text(child.stderr), code: (await ended)[0] }).toEqual({ errors: '', code: 0 });
  });

  it('creates the database, and lists the settings that a node would have', async () => {
    const { code, output, errors } = await spawnAdmin(stores.env, 'settings', 'list');
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const { maxPins, logLevel } = readConfig({});
    for (const [name, value] of Object.entries({ maxPins, logLevel })) expect(output).toMatch(RegExp(`^${name} +${value} +${value}$`, 'm'));
  });

  it('lists dead jobs, replays them and discards them', async () => {
    expect((await run('jobs', 'list')).output).toBe('No dead jobs.\n');
    expect((await run('jobs', 'count')).output).toBe('No jobs.\n');
    await using sql = await rawSql(stores);
    const [one, two] = [await leaveDeadJob(sql, { seq: 1 }), await leaveDeadJob(sql, { seq: 2 })];
    expect((await run('jobs', 'list', '--first', '1')).output).toMatch(
      RegExp(`^ID .*\n${one} +EffectOwed +none:\\S+:1 +2026-01-01T00:00:01.000Z +8 +Error: it never worked\n… more with --first\n$`),
    );
    expect((await run('jobs', 'show', two)).output).toMatch(
      /^EffectOwed none:\S+:2 +DEAD\n {2}about +\{"effect":"none".*\n.*never worked\n$/s,
    );
    expect((await run('jobs', 'replay', one)).output).toBe(`${one} waits for a worker.\n`);
    expect((await run('jobs', 'discard', two)).output).toBe(`${two} is discarded.\n`);
    expect((await run('jobs', 'discard', one)).errors).toBe('This job is not dead. It is done or will be retried automatically.\n');
    expect((await run('jobs', 'list', '--state', 'PENDING', '--kind', 'EffectOwed')).output).toContain(one);
    expect((await run('jobs', 'count')).output).toMatch(/^KIND +STATE +JOBS\nEffectOwed +PENDING +1\n$/);
    expect((await run('jobs', 'list', '--state', 'LOST')).errors).toBe('LOST must be one of PENDING, DEAD.\n');
    for (const name of ['show', 'replay', 'discard']) {
      expect((await run('jobs', name, two)).errors).toBe('Job not found. It may be done or discarded.\n');
    }
  }, 60_000);

  it('gives the database another epoch', async () => {
    const says = /^The epoch is now (\S+)\. Restart all nodes\.\n$/;
    const [first, second] = [(await run('epoch', 'bump')).output, (await run('epoch', 'bump')).output];
    for (const output of [first, second]) expect(output).toMatch(says);
    expect(first).not.toBe(second);
  });
});
