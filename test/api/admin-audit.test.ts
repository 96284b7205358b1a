import { isInputObjectType } from 'graphql';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { adminSchema } from '../../schema/admin/index.ts';
import { formatId } from '../../schema/ids.ts';
import { commands } from '../../scripts/admin/commands.ts';
import type { AuditEntry } from '../../src/audit/index.ts';
import { adminUrl, appoint, askAdmin } from '../support/admin-caller.ts';
import { type CommandEnd, runAdmin } from '../support/admin-command.ts';
import { leaveDeadJob } from '../support/dead-job.ts';
import { UpdateGroupDocument } from '../support/generated/graphql.ts';
import { rawId, rawSql } from '../support/raw-sql.ts';
import { type Person, world } from '../support/world.ts';

// Runs everything that operators can do, and looks for it in the audit. A test fails when a new mutation or command is missing here.

const place = world({ HEAD_CHECK_MS: '200' });
let admin: Person;
let user: Person;
const bot = { id: '', keyId: '' };
let noticeId = '';
let itemId = '';
let groupId = '';
let webhookId = '';
let dead: readonly string[] = [];

/** Creates a group of two that is listed in the directory. */
async function listedGroup(owner: Person, member: Person): Promise<string> {
  const group = await place.group(owner, member);
  await place.ask(UpdateGroupDocument, { input: { groupId: group, joinPolicy: 'OPEN', listed: true } }, owner);
  return group;
}

beforeAll(async () => {
  const [ann, ben] = await place.people('ann', 'ben');
  [admin, user] = [await appoint(place, ann), ben];
  groupId = await listedGroup(ann, ben);
  const { notice } = await place.node.chat.notices.post(null, { title: 'Maintenance', body: 'Tonight.', to: 'ALL' });
  noticeId = notice?.id ?? '';
  const reporter = await place.node.chat.users.authenticate(ben.token);
  await place.node.chat.reports.user(reporter, { userId: BigInt(rawId(ann.id)), reason: 'SPAM' });
  itemId = (await place.node.chat.moderation.queue({ state: 'OPEN', first: 1 })).items[0]?.key ?? '';
  await using sql = await rawSql(place.stores);
  dead = await Promise.all([1, 2, 3, 4].map((seq) => leaveDeadJob(sql, { seq })));
  const { administration } = place.node.chat;
  const { id: botId } = await administration.createBot({ handle: 'a.bot' });
  const { session } = await administration.createBotKey(null, { userId: botId, name: 'there' });
  Object.assign(bot, { id: formatId('User', botId), keyId: formatId('Session', session.id) });
  // Nothing listens at this URL.
  webhookId = (await place.node.chat.webhooks.create({ url: nowhere, description: '', events: [] })).webhook.id;
});

const nowhere = 'http://127.0.0.1:1/';

interface Deed {
  readonly input: Readonly<Record<string, unknown>>;
  /** What its entry must contain besides the actor, action, origin and outcome. */
  readonly entry: object;
}

const onUser = () => ({ target: `User:${rawId(user.id)}` });
const onGroup = () => ({ target: `Conversation:${rawId(groupId)}` });

/** Every mutation, in an order in which each succeeds. */
const mutations: Readonly<Record<string, () => Deed>> = {
  setSettings: () => ({
    input: { settings: [{ name: 'maxPins', value: '7' }], note: 'because' },
    entry: { target: 'SettingsVersion:1', arguments: '{"note":"because","settings":[{"name":"maxPins","value":"7"}]}' },
  }),
  rollBackSettings: () => ({ input: { version: 0 }, entry: { target: 'SettingsVersion:2', arguments: '{"version":0}' } }),
  postNotice: () => ({
    input: { title: 'Hello', body: 'x'.repeat(1_000), toAll: true },
    entry: { target: expect.stringMatching(/^Notice:[\da-f-]{36}$/), after: expect.stringContaining('"POSTED"') },
  }),
  revokeNotice: () => ({
    input: { id: formatId('Notice', noticeId) },
    entry: { target: `Notice:${noticeId}`, after: expect.stringContaining('"REVOKED"') },
  }),
  disconnectUser: () => ({ input: { userId: user.id }, entry: { ...onUser(), after: '{"connections":0,"sessions":0}' } }),
  grantAdmin: () => ({ input: { userId: user.id }, entry: { ...onUser(), before: '{"role":"USER"}', after: '{"role":"ADMIN"}' } }),
  revokeAdmin: () => ({ input: { userId: user.id }, entry: { ...onUser(), before: '{"role":"ADMIN"}', after: '{"role":"USER"}' } }),
  suspendUser: () => ({
    input: { userId: user.id, reason: 'spam' },
    entry: { ...onUser(), before: 'null', after: expect.stringMatching(/^\{"reason":"spam","since":"\S+Z","until":null,"byId":"\d+"\}$/) },
  }),
  restoreUser: () => ({ input: { userId: user.id }, entry: { ...onUser(), before: expect.stringContaining('"spam"'), after: 'null' } }),
  createUser: () => ({
    input: { handle: 'made.here', subject: 'made', issuer: 'x' },
    entry: { target: expect.stringMatching(/^User:\d+$/), arguments: '{"handle":"made.here","issuer":"x","subject":"made"}' },
  }),
  updateUser: () => ({
    input: { userId: user.id, displayName: 'Another', bio: null, data: { team: 'blue' } },
    entry: {
      ...onUser(),
      before: expect.stringContaining(`"displayName":"${user.handle}"`),
      after: expect.stringMatching(/"displayName":"Another".*"data":\{"team":"blue"\}/),
    },
  }),
  createBot: () => ({ input: { handle: 'bot.here' }, entry: { target: expect.stringMatching(/^User:\d+$/) } }),
  createBotKey: () => ({
    input: { userId: bot.id, name: 'the shop' },
    entry: { target: `User:${rawId(bot.id)}`, after: expect.stringMatching(/^\{"session":"[\da-f-]{36}","expiresAt":null\}$/) },
  }),
  revokeBotKey: () => ({ input: { keyId: bot.keyId }, entry: { target: `User:${rawId(bot.id)}` } }),
  linkIdentity: () => ({ input: { userId: user.id, subject: 'u1', issuer: 'x' }, entry: { ...onUser(), after: '{"linked":true}' } }),
  unlinkIdentity: () => ({ input: { userId: user.id, subject: 'u1', issuer: 'x' }, entry: { ...onUser(), after: '{"unlinked":true}' } }),
  setGroupOwner: () => ({
    input: { groupId, userId: user.id },
    entry: { ...onGroup(), before: `{"ownerId":"${rawId(admin.id)}"}`, after: `{"ownerId":"${rawId(user.id)}"}` },
  }),
  unlistGroup: () => ({ input: { groupId }, entry: { ...onGroup(), before: '{"listed":true}', after: '{"listed":false}' } }),
  removeFromGroup: () => ({
    input: { groupId, userId: admin.id, ban: true },
    entry: { ...onGroup(), before: '{"state":"ACTIVE","role":"ADMIN"}', after: '{"role":"ADMIN","state":"BANNED"}' },
  }),
  dissolveGroup: () => ({
    input: { groupId },
    entry: {
      ...onGroup(),
      before: '{"memberCount":1,"dissolvedAt":null}',
      after: expect.stringMatching(/^\{"memberCount":0,"dissolvedAt":"\S+Z"\}$/),
    },
  }),
  resetPassword: () => ({ input: { userId: user.id }, entry: { ...onUser(), after: expect.stringMatching(/^\{"sessions":\d\}$/) } }),
  deleteUser: () => ({
    input: { userId: user.id, messages: 'KEEP' },
    entry: { ...onUser(), before: '{"state":"ACTIVE"}', after: '{"state":"ERASED"}' },
  }),
  createWebhook: () => ({
    input: { url: nowhere, description: 'for the fair' },
    entry: { target: expect.stringMatching(/^webhook:[\da-f-]{36}$/), after: expect.stringContaining('"for the fair"') },
  }),
  updateWebhook: () => ({
    input: { webhookId, description: 'for all' },
    entry: {
      target: `webhook:${webhookId}`,
      before: expect.stringContaining('"description":""'),
      after: expect.stringContaining('"for all"'),
    },
  }),
  rotateWebhookSecret: () => ({ input: { webhookId }, entry: { target: `webhook:${webhookId}` } }),
  testWebhook: () => ({
    input: { webhookId },
    entry: { target: `webhook:${webhookId}`, after: expect.stringContaining('"delivered":false') },
  }),
  enableWebhook: () => ({ input: { webhookId }, entry: { target: `webhook:${webhookId}`, after: expect.stringContaining('"ACTIVE"') } }),
  deleteWebhook: () => ({ input: { webhookId }, entry: { target: `webhook:${webhookId}`, before: expect.stringContaining('"for all"') } }),
  setBeforeSend: () => ({ input: { url: nowhere }, entry: { before: 'null', after: expect.stringContaining('"deadlineMs":1000') } }),
  removeBeforeSend: () => ({ input: { url: nowhere }, entry: { before: expect.stringContaining('"ALLOW"'), after: 'null' } }),
  setBlockedWords: () => ({
    input: { name: 'list', words: ['badger'] },
    entry: { target: 'BlockedWordList:list', before: 'null', after: expect.stringContaining('"wordCount":1') },
  }),
  removeBlockedWords: () => ({
    input: { name: 'list' },
    entry: { target: 'BlockedWordList:list', before: expect.stringContaining('"wordCount":1') },
  }),
  resolveReport: () => ({
    input: { itemId, action: 'DISMISS', note: 'why' },
    entry: { target: `ModerationItem:${itemId}`, after: expect.stringContaining('"why"') },
  }),
  replayJob: () => ({ input: { id: dead[0] }, entry: { target: `Job:${dead[0]}`, after: expect.stringContaining('"PENDING"') } }),
  discardJob: () => ({ input: { id: dead[1] }, entry: { target: `Job:${dead[1]}`, before: expect.stringContaining('"DEAD"') } }),
  // The node is only asked to stop. Its supervisor does that.
  drainNode: () => {
    const { nodeId } = place.node.chat.cluster.lease;
    return { input: { nodeId }, entry: { target: `node:${nodeId}`, before: expect.stringContaining('"state":"READY"') } };
  },
};

async function newest(first = 1): Promise<readonly AuditEntry[]> {
  return (await place.node.chat.audit.list({}, { first })).items;
}

function act(name: string, input: object, as: Pick<Person, 'token'> | undefined = admin) {
  const type = adminSchema.getMutationType()?.getFields()[name]?.args[0]?.type;
  const document = `mutation ($input: ${type}) { ${name}(input: $input) { errors { code message } } }`;
  return askAdmin(adminUrl(place), document, { input }, as);
}

describe('every mutation of the operators’ schema', () => {
  const names = Object.keys(adminSchema.getMutationType()?.getFields() ?? {});

  it('is in this table', () => {
    expect(Object.keys(mutations).toSorted()).toEqual(names.toSorted());
  });

  it.each(Object.entries(mutations))('%s has an entry in the audit, with actor, origin, target and arguments', async (name, deed) => {
    await expect.poll(async () => (await place.node.chat.oversight.nodes()).map(({ state }) => state)).toEqual(['READY']);
    const { input, entry } = deed();
    const [before] = await newest();
    expect((await act(name, input)).data).toEqual({ [name]: { errors: [] } });
    const [made, older] = await newest(2);
    expect(older?.id).toBe(before?.id);
    expect(made).toMatchObject({
      ...{ actorId: BigInt(rawId(admin.id)), actorName: admin.handle, origin: '127.0.0.1', action: name, outcome: 'DONE', code: null },
      ...{ at: expect.any(Date), endedAt: expect.any(Date) },
      ...entry,
    });
    for (const [field, value] of Object.entries(input))
      expect(made?.arguments).toContain(`"${field}":${JSON.stringify(value).slice(0, 50)}`);
  });

  it.each(names)('%s has an entry when it is refused too, with the error code', async (name) => {
    const type = adminSchema.getMutationType()?.getFields()[name]?.args[0]?.type;
    const inputType = adminSchema.getType(String(type).replace('!', ''));
    const fields = isInputObjectType(inputType) ? Object.values(inputType.getFields()) : [];
    // Values that no field accepts: an id of nothing, a blank text, a version that does not exist.
    const values: Readonly<Record<string, unknown>> = {
      ID: 'nothing',
      String: ' ',
      Int: 99,
      '[SettingInput!]': [{ name: 'x', value: '1' }],
      DeletedMessages: 'KEEP',
      ModerationDecision: 'DISMISS',
    };
    const input = Object.fromEntries(
      fields.filter((field) => String(field.type).endsWith('!')).map((field) => [field.name, values[String(field.type).slice(0, -1)]]),
    );
    const { data } = await act(name, input);
    const [{ code } = {}] = (data?.[name] as { errors: readonly { code: string }[] } | undefined)?.errors ?? [];
    expect(code).toMatch(/INVALID_INPUT|NOT_FOUND/);
    expect(await newest()).toMatchObject([{ action: name, outcome: 'REFUSED', code, actorName: admin.handle }]);
  });

  it.each(names)('%s leaves no entry if the user is not an admin', async (name) => {
    const before = await newest();
    const [nobody] = await place.people('nobody');
    for (const as of [nobody, { token: '' }]) expect((await act(name, {}, as)).status).toBeGreaterThanOrEqual(400);
    expect(await newest()).toEqual(before);
  });
});

test('two mutations of one request have two entries, and queries have none', async () => {
  const [cat] = await place.people('cat');
  const before = await newest();
  await askAdmin(adminUrl(place), '{ settings { name } auditLog { edges { cursor } } users { edges { cursor } } }', {}, admin);
  expect(await newest()).toEqual(before);
  const both = `mutation ($id: ID!) { a: suspendUser(input: { userId: $id, reason: "one" }) { errors { code } } b: restoreUser(input: { userId: $id }) { errors { code } } }`;
  await askAdmin(adminUrl(place), both, { id: cat.id }, admin);
  expect((await newest(2)).map(({ action }) => action)).toEqual(['restoreUser', 'suspendUser']);
});

test('a bot’s key is returned once and is in no entry, even if the key itself is given to be revoked', async () => {
  const document = 'mutation ($id: ID!) { createBotKey(input: { userId: $id, name: "k" }) { key } }';
  const { data } = await askAdmin(adminUrl(place), document, { id: bot.id }, admin);
  const { key = '' } = (data?.['createBotKey'] ?? {}) as { key?: string };
  expect(key).toMatch(/^mpim_/);
  expect(await place.node.chat.users.authenticate(key)).toMatchObject({ bot: true });
  const revoke = 'mutation ($id: ID!) { revokeBotKey(input: { keyId: $id }) { user { id } errors { code } } }';
  const { data: revoked } = await askAdmin(adminUrl(place), revoke, { id: key }, admin);
  expect(revoked?.['revokeBotKey']).toEqual({ user: { id: bot.id }, errors: [] });
  expect(await runAdmin(place.stores.env, 'bots', 'revoke', key)).toMatchObject({ output: 'This key of a.bot has been revoked.\n' });
  expect(await runAdmin(place.stores.env, 'bots', 'revoke', `${key.slice(0, -9)}`)).toMatchObject({ code: 1 });
  const everything = JSON.stringify(await newest(100), (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  expect(everything).not.toContain(key.slice(40, 60));
});

test('a generated password is returned once and is in no entry', async () => {
  const [cat] = await place.people('cat');
  const document = 'mutation ($id: ID!) { resetPassword(input: { userId: $id }) { password sessions errors { code } } }';
  const { data } = await askAdmin(adminUrl(place), document, { id: cat.id }, admin);
  const { password = '' } = (data?.['resetPassword'] ?? {}) as { password?: string };
  expect(password).toMatch(/^[\w-]{16}$/);
  const everything = JSON.stringify(await newest(100), (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  expect(everything).not.toContain(password);
  await place.node.chat.users.signIn({ handle: cat.handle, password, address: 'here' });
});

describe('the audit, in the operators’ schema', () => {
  it('is filtered by actor, action, target and time', async () => {
    const [cat] = await place.people('cat');
    await act('suspendUser', { userId: cat.id, reason: 'spam' });
    const [{ at } = { at: new Date() }] = await newest();
    const query = `query ($filter: AuditFilter) { auditLog(filter: $filter, first: 1) {
      edges { node { action actor { handle } actorName origin target targetUser { handle state } outcome code } } pageInfo { hasNextPage } } }`;
    const ask = async (filter: object) => (await askAdmin(adminUrl(place), query, { filter }, admin)).data?.['auditLog'];
    const node = {
      ...{ action: 'suspendUser', actor: { handle: admin.handle }, actorName: admin.handle, origin: '127.0.0.1' },
      ...{ target: `User:${rawId(cat.id)}`, targetUser: { handle: cat.handle, state: 'SUSPENDED' }, outcome: 'DONE', code: null },
    };
    for (const target of [cat.id, `User:${rawId(cat.id)}`])
      expect(await ask({ target })).toEqual({ edges: [{ node }], pageInfo: { hasNextPage: false } });
    expect(await ask({ actorId: admin.id, action: 'suspendUser', from: at })).toMatchObject({ edges: [{ node }] });
    expect(await ask({ target: cat.id, to: at })).toMatchObject({ edges: [] });
    expect(await ask({ target: cat.id, commandLine: true })).toMatchObject({ edges: [] });
  });
});

describe('every command', () => {
  const run = (...words: readonly string[]): Promise<CommandEnd> => runAdmin(place.stores.env, ...words);
  let dan: Person;
  let scheduled = '';
  let told = '';
  let group = '';
  beforeAll(async () => {
    [dan] = await place.people('dan');
    const [eve] = await place.people('eve');
    group = await listedGroup(eve, dan);
    const at = new Date(Date.now() + 86_400_000);
    const { notice } = await place.node.chat.notices.post(null, { title: 'Later', body: 'Tomorrow.', to: 'ALL', at });
    scheduled = notice?.id ?? '';
    told = (await place.node.chat.webhooks.create({ url: nowhere, description: '', events: [] })).webhook.id;
  });
  const onDan = () => ({ target: `User:${rawId(dan.id)}` });
  const onIt = () => ({ target: `Conversation:${rawId(group)}` });
  // There is no such thing. A node of an embedded system could not be reached either.
  const refused = { outcome: 'REFUSED', code: expect.stringMatching(/^(NOT_FOUND|INVALID_INPUT)$/) };

  /** Every command that changes something: the words after its name, and what its entry must contain. */
  const acting: Readonly<Record<string, () => { readonly words: readonly string[]; readonly entry: object }>> = {
    'settings set': () => ({
      words: ['maxPins', '9', '--note', 'why'],
      entry: { target: expect.stringMatching(/^SettingsVersion:\d+$/), arguments: '{"name":"maxPins","value":"9","note":"why"}' },
    }),
    'settings reset': () => ({ words: ['maxPins'], entry: { arguments: '{"name":"maxPins"}' } }),
    'settings rollback': () => ({ words: ['0'], entry: { arguments: '{"version":"0"}' } }),
    grant: () => ({ words: [dan.handle], entry: { ...onDan(), before: '{"role":"USER"}', after: '{"role":"ADMIN"}' } }),
    revoke: () => ({ words: [dan.handle], entry: { ...onDan(), before: '{"role":"ADMIN"}', after: '{"role":"USER"}' } }),
    disconnect: () => ({ words: [dan.handle, '--end-sessions'], entry: { ...onDan(), after: expect.stringMatching(/"sessions":1\}$/) } }),
    'users suspend': () => ({
      words: [dan.handle, '--reason', 'spam'],
      entry: { ...onDan(), before: 'null', after: expect.stringContaining('"spam"') },
    }),
    'users restore': () => ({ words: [dan.handle], entry: { ...onDan(), before: expect.stringContaining('"spam"'), after: 'null' } }),
    'users create': () => ({
      words: ['made.by.command', '--name', 'Made', '--subject', 'made.by.command', '--issuer', 'x'],
      entry: { target: expect.stringMatching(/^User:\d+$/), arguments: expect.stringContaining('"name":"Made"') },
    }),
    'users update': () => ({
      words: [dan.handle, '--name', 'Dan', '--bio', '', '--data', '{"team":"blue"}'],
      entry: {
        ...onDan(),
        before: expect.stringContaining(`"displayName":"${dan.handle}"`),
        after: expect.stringMatching(/"displayName":"Dan".*"data":\{"team":"blue"\}/),
      },
    }),
    'bots create': () => ({ words: ['bot.by.command'], entry: { target: expect.stringMatching(/^User:\d+$/) } }),
    'bots key': () => ({
      words: ['a.bot', '--name', 'the shop', '--days', '7'],
      entry: { target: `User:${rawId(bot.id)}`, after: expect.stringMatching(/"expiresAt":"\S+Z"\}$/) },
    }),
    'bots revoke': () => ({ words: [rawId(bot.keyId)], entry: { target: `User:${rawId(bot.id)}` } }),
    'groups owner': () => ({
      words: [rawId(group), dan.handle],
      entry: { ...onIt(), arguments: `{"id":"${rawId(group)}","handle":"${dan.handle}"}`, after: `{"ownerId":"${rawId(dan.id)}"}` },
    }),
    'groups unlist': () => ({ words: [group], entry: { ...onIt(), before: '{"listed":true}', after: '{"listed":false}' } }),
    // dan owns the group since `groups owner` above.
    'groups remove': () => ({
      words: [group, dan.handle, '--ban'],
      entry: { ...onIt(), outcome: 'REFUSED', code: 'CONFLICT', arguments: `{"id":"${group}","handle":"${dan.handle}","ban":true}` },
    }),
    'groups dissolve': () => ({ words: [group], entry: { ...onIt(), after: expect.stringContaining('"memberCount":0') } }),
    'users link': () => ({
      words: [dan.handle, '--subject', 'u1', '--issuer', 'x'],
      entry: { ...onDan(), arguments: `{"handle":"${dan.handle}","subject":"u1","issuer":"x"}`, after: '{"linked":true}' },
    }),
    'users unlink': () => ({
      words: [dan.handle, '--subject', 'u1', '--issuer', 'x'],
      entry: { ...onDan(), after: '{"unlinked":true}' },
    }),
    'users reset-password': () => ({ words: [dan.handle], entry: { ...onDan(), after: '{"sessions":0}' } }),
    'users delete': () => ({
      words: [dan.handle, '--messages', 'keep'],
      entry: { ...onDan(), before: '{"state":"ACTIVE"}', after: '{"state":"ERASED"}' },
    }),
    drain: () => ({ words: ['some node'], entry: { ...refused, arguments: '{"node":"some node"}' } }),
    'notices post': () => ({ words: ['Hello', 'Tonight.'], entry: { target: expect.stringMatching(/^Notice:/) } }),
    'notices revoke': () => ({ words: [scheduled], entry: { target: `Notice:${scheduled}` } }),
    'webhooks create': () => ({
      words: [nowhere],
      entry: { target: expect.stringMatching(/^webhook:/), after: expect.stringContaining(nowhere) },
    }),
    'webhooks update': () => ({
      words: [told, '--note', 'why'],
      entry: { target: `webhook:${told}`, after: expect.stringContaining('"why"') },
    }),
    'webhooks rotate': () => ({ words: [told], entry: { target: `webhook:${told}` } }),
    'webhooks test': () => ({ words: [told], entry: { after: expect.stringContaining('"delivered":false') } }),
    'webhooks enable': () => ({ words: [told], entry: { after: expect.stringContaining('"ACTIVE"') } }),
    'webhooks delete': () => ({ words: [told], entry: { before: expect.stringContaining('"why"') } }),
    'before-send set': () => ({ words: [nowhere], entry: { before: 'null', after: expect.stringContaining(nowhere) } }),
    'before-send remove': () => ({ words: [], entry: { before: expect.stringContaining(nowhere), after: 'null' } }),
    import: () => ({ words: ['no.such.file'], entry: refused }),
    'words import': () => ({ words: ['no.such.file', '--list', 'list'], entry: refused }),
    'words set': () => ({ words: ['none', '--on'], entry: refused }),
    'words remove': () => ({ words: ['none'], entry: refused }),
    'moderation resolve': () => ({ words: ['none', 'dismiss'], entry: refused }),
    'jobs replay': () => ({ words: [dead[2] ?? ''], entry: { target: `Job:${dead[2]}`, after: expect.stringContaining('"PENDING"') } }),
    'jobs discard': () => ({ words: [dead[3] ?? ''], entry: { target: `Job:${dead[3]}`, before: expect.stringContaining('"DEAD"') } }),
    'epoch bump': () => ({ words: [], entry: { before: expect.stringMatching(/^".{16}"$/), after: expect.stringMatching(/^".{16}"$/) } }),
  };
  /** Every command that only reads. */
  const looking: Readonly<Record<string, readonly string[]>> = {
    ...{ 'settings list': [], 'settings get': ['maxPins'], 'settings history': [], nodes: [], connections: ['ann'], 'notices list': [] },
    ...{
      'bots list': [],
      'bots keys': ['a.bot'],
      'users list': [],
      'users show': ['somebody'],
      'groups list': ['somebody'],
      'groups show': ['1'],
      'audit list': [],
      'audit export': [],
      'webhooks list': [],
      'before-send show': [],
    },
    ...{ 'moderation list': [], 'moderation show': ['none'], 'words list': [], 'words show': ['none'] },
    ...{ 'jobs list': [], 'jobs count': [], 'jobs show': ['none'] },
  };

  it('is in one of these tables, or records itself in the audit', () => {
    // Of the latter there is `transfer`, which test/transfer covers.
    const all = Object.entries(commands).flatMap(([name, command]) => ('apart' in command ? [] : [[name, command.looks === true]]));
    const here = [...Object.keys(acting).map((name) => [name, false]), ...Object.keys(looking).map((name) => [name, true])];
    expect(Object.fromEntries(here)).toEqual(Object.fromEntries(all));
  });

  it.each(Object.entries(acting))('%s has an entry in the audit, with who ran it and on which machine', async (name, deed) => {
    const { words, entry } = deed();
    const [before] = await newest();
    await run(...name.split(' '), ...words);
    const [made, older] = await newest(2);
    expect(older?.id).toBe(before?.id);
    expect(made).toMatchObject({
      ...{ actorId: null, actorName: expect.stringMatching(/./), origin: expect.stringMatching(/^command line on ./) },
      ...{ action: name, outcome: 'DONE', code: null, ...entry },
    });
  });

  it('that only reads leaves no entry', async () => {
    const before = await newest();
    await Promise.all(Object.entries(looking).map(([name, words]) => run(...name.split(' '), ...words)));
    expect(await newest()).toEqual(before);
  });

  it('that is refused has an entry with the error code', async () => {
    await run('grant', 'nobody.at.all');
    expect(await newest()).toMatchObject([
      { action: 'grant', outcome: 'REFUSED', code: 'NOT_FOUND', arguments: '{"handle":"nobody.at.all"}' },
    ]);
  });

  it('that lacks an argument leaves no entry', async () => {
    const before = await newest();
    expect((await run('grant')).code).toBe(1);
    expect(await newest()).toEqual(before);
  });
});

describe('behind a proxy', () => {
  const behind = world({ TRUST_PROXY: 'true' });

  it('the origin of a mutation is the address that the proxy saw', async () => {
    const [ann] = await behind.people('ann');
    const { token } = await appoint(behind, ann);
    await fetch(adminUrl(behind), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-forwarded-for': '10.0.0.1, 203.0.113.7' },
      body: JSON.stringify({ query: 'mutation { rollBackSettings(input: { version: 0 }) { errors { code } } }' }),
    });
    expect((await behind.node.chat.audit.list({}, { first: 1 })).items).toMatchObject([{ origin: '203.0.113.7', outcome: 'DONE' }]);
  });
});

describe('the audit, on the operators’ port', () => {
  const download = (query: string, { token }: Pick<Person, 'token'> = admin, method = 'GET') =>
    fetch(`${new URL(adminUrl(place)).origin}/admin/audit${query}`, { method, headers: { authorization: `Bearer ${token}` } });

  it('can be downloaded as JSON Lines or CSV, in full or filtered', async () => {
    const lines = await download('');
    expect(lines.headers.get('content-type')).toBe('application/jsonl; charset=utf-8');
    let count = 0;
    for await (const entries of place.node.chat.audit.all({})) count += entries.length;
    const text = await lines.text();
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { action: string }).action),
    ).toHaveLength(count);
    const csv = await download('?format=csv&action=suspendUser&from=2020-01-01T00:00:00Z');
    expect(csv.headers.get('content-disposition')).toBe('attachment; filename="audit.csv"');
    expect(await csv.text()).toMatch(/^id,.*\r\n("\d+",.*"suspendUser".*\r\n)+$/);
    expect(await (await download('?to=2020-01-01T00:00:00Z')).text()).toBe('');
  });

  it('is refused to everybody who is not an admin, before the query is checked, and by POST', async () => {
    for (const query of ['', '?format=x', '?from=x']) {
      expect((await download(query, user)).status).toBe(401);
      const [nobody] = await place.people('nobody');
      expect((await download(query, nobody)).status).toBe(403);
      expect((await download(query, nobody, 'POST')).status).toBe(403);
    }
    expect((await download('', admin, 'POST')).status).toBe(405);
  });

  test.each([
    ['format=x', 'format'],
    ['from=tomorrow', 'from'],
    ['to=2026-01-01', 'to'],
    ['to=2026-99-01T00:00:00Z', 'to'],
    ['to=2026-02-30T00:00:00Z', 'to'],
  ])('is refused for %s', async (query, argument) => {
    const response = await download(`?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT', argument: [argument] } }] });
  });
});

describe('the audit, on the command line', () => {
  const run = async (...words: readonly string[]) => (await runAdmin(place.stores.env, ...words)).output;

  it('is listed and exported with the same filters', async () => {
    await place.node.chat.audit.act(
      { actor: { userId: null, name: '=1+1', origin: 'a "machine"' }, action: 'test', arguments: { a: 1 } },
      async () => 0,
    );
    expect(await run('audit', 'list', '--action', 'test')).toMatch(/^TIME .*\n\S+Z +=1\+1 +a "machine" +test +DONE +\{"a":1\}\n$/);
    const lines = (await run('audit', 'export', '--action', 'test')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { actorId: null, actorName: '=1+1', action: 'test', arguments: { a: 1 }, before: null, outcome: 'DONE' },
    ]);
    const csv = await run('audit', 'export', '--action', 'test', '--format', 'csv', '--from', '2020-01-01T00:00:00Z');
    expect(csv).toMatch(/^id,at,endedAt,actorId,actorName,origin,action,target,outcome,code,arguments,before,after\r\n"\d+",/);
    expect(csv).toContain(`"'=1+1","a ""machine""","test","","DONE","","{""a"":1}","",""\r\n`);
    expect(await run('audit', 'export', '--action', 'test', '--to', '2020-01-01T00:00:00Z')).toBe('');
  });

  it('is exported with one line for each entry', async () => {
    let count = 0;
    for await (const entries of place.node.chat.audit.all({ actor: 'COMMAND_LINE' })) count += entries.length;
    expect(count).toBeGreaterThan(10);
    expect((await run('audit', 'export', '--actor', 'command-line')).split('\n')).toHaveLength(count + 1);
  });
});
