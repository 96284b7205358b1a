import { getIntrospectionQuery, isObjectType } from 'graphql';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { createNode } from '../../gateway/node.ts';
import { adminSchema } from '../../schema/admin/index.ts';
import { formatId, inputId } from '../../schema/ids.ts';
import { schema } from '../../schema/index.ts';
import { readConfig } from '../../src/config/index.ts';
import { adminUrl, appoint, askAdmin } from '../support/admin-caller.ts';
import { leaveDeadJob } from '../support/dead-job.ts';
import { SignOutDocument } from '../support/generated/graphql.ts';
import { rawSql } from '../support/raw-sql.ts';
import { freshStores } from '../support/stores.ts';
import { type Person, password, world } from '../support/world.ts';

const place = world();

/** Who sends the request. The last was an admin when the access token was issued, and no longer is. */
const standings = ['nobody', 'user', 'admin', 'former'] as const;
type Standing = (typeof standings)[number];

let noticeId = '';
// The user that the mutations act on, from suspension to deletion.
let otherId = '';
let [botId, keyId] = ['', ''];
let itemId = '';
let groupId = '';
let [jobId, discardedId] = ['', ''];
let webhookId = '';
const actors: Partial<Record<Standing, Person>> = {};

beforeAll(async () => {
  const [user, admin, former, other] = await place.people('user', 'admin', 'former', 'other');
  otherId = other.id;
  actors.user = user;
  groupId = await place.group(user, admin, former);
  actors.admin = await appoint(place, admin);
  actors.former = await appoint(place, former);
  await place.node.chat.roles.give({ handle: former.handle, role: 'USER' });
  const { notice } = await place.node.chat.notices.post(null, { title: 'Maintenance', body: 'Tonight.', to: [{ handle: user.handle }] });
  noticeId = formatId('Notice', notice?.id ?? '');
  const { userId, sessionId } = await place.node.chat.users.authenticate(user.token);
  await place.node.chat.reports.user({ userId, sessionId }, { userId: inputId('User', admin.id), reason: 'SPAM' });
  itemId = (await place.node.chat.moderation.queue({ state: 'OPEN', first: 1 })).items[0]?.key ?? '';
  await using sql = await rawSql(place.stores);
  [jobId, discardedId] = [await leaveDeadJob(sql), await leaveDeadJob(sql)];
  // Nothing listens at this URL.
  const { administration } = place.node.chat;
  const bot = await administration.createBot({ handle: 'a.bot' });
  const { session } = await administration.createBotKey(null, { userId: bot.id, name: 'there' });
  [botId, keyId] = [formatId('User', bot.id), formatId('Session', session.id)];
  const { webhook } = await place.node.chat.webhooks.create({ url: 'http://127.0.0.1:1/', description: '', events: [] });
  webhookId = webhook.id;
  await place.node.chat.beforeSend.set({ url: webhook.url });
});

function ask(query: string, variables: object = {}, standing: Standing = 'admin') {
  return askAdmin(adminUrl(place), query, variables, actors[standing]);
}

/**
 * An operation for each field, with the variables of `given()`, that succeeds for an admin. A field without an entry fails a test below.
 */
const fields: Readonly<Record<string, string>> = {
  'Query.viewer': '{ viewer { id handle displayName } }',
  'Query.user': 'query ($handle: String!) { user(handle: $handle) { id handle displayName } }',
  'Query.group':
    'query ($groupId: ID!) { group(id: $groupId) { id name description createdAt memberCount listed owner { id groups(first: 2) { edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } dissolvedAt members(first: 2) { edges { cursor node { user { handle } role joinedAt mutedUntil } } pageInfo { hasNextPage } } } }',
  'Mutation.setGroupOwner':
    'mutation ($groupId: ID!, $adminId: ID!) { setGroupOwner(input: { groupId: $groupId, userId: $adminId }) { group { owner { id } } errors { code message field retryAfterMs } } }',
  'Mutation.unlistGroup':
    'mutation ($groupId: ID!) { unlistGroup(input: { groupId: $groupId }) { group { listed } errors { code message field retryAfterMs } } }',
  'Mutation.removeFromGroup':
    'mutation ($groupId: ID!, $userId: ID!) { removeFromGroup(input: { groupId: $groupId, userId: $userId, ban: true }) { group { memberCount } errors { code message field retryAfterMs } } }',
  'Mutation.dissolveGroup':
    'mutation ($groupId: ID!) { dissolveGroup(input: { groupId: $groupId }) { group { dissolvedAt } errors { code message field retryAfterMs } } }',
  'Query.nodes': '{ nodes { id epoch name address version roles startedAt state load { sockets eventsPerSecond loopDelayMs } } }',
  'Query.connections':
    'query ($userId: ID!) { connections(userId: $userId) { id deviceName deviceKind sessionId node { name } since idle } }',
  'Query.settings': '{ settings { name doc value default version changedAt changedBy { handle } } }',
  'Query.settingsVersions':
    '{ settingsVersions(first: 2) { edges { cursor node { version at by { handle } note rolledBackTo changes { name before after } } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }',
  'Mutation.setSettings':
    'mutation { setSettings(input: { settings: [{ name: "maxPins", value: "7" }] }) { version { version } settings { name } errors { code message field retryAfterMs } } }',
  'Mutation.rollBackSettings':
    'mutation { rollBackSettings(input: { version: 0 }) { version { version } settings { name } errors { code message field retryAfterMs } } }',
  'Mutation.disconnectUser':
    'mutation ($userId: ID!) { disconnectUser(input: { userId: $userId }) { connections sessions errors { code message field retryAfterMs } } }',
  'Query.notices':
    '{ notices(first: 2) { edges { cursor node { id title body audience state createdBy { handle } createdAt postAt postedAt revokedAt reach { recipients handedOn } } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }',
  'Mutation.postNotice':
    'mutation { postNotice(input: { title: "Maintenance", body: "Tonight.", toAll: true }) { notice { id state } errors { code message field retryAfterMs } } }',
  'Mutation.revokeNotice':
    'mutation ($noticeId: ID!) { revokeNotice(input: { id: $noticeId }) { notice { id state } errors { code message field retryAfterMs } } }',
  'Query.auditLog':
    '{ auditLog(first: 2, filter: { commandLine: false }) { edges { cursor node { id at endedAt actor { handle } actorName origin action arguments target targetUser { handle } before after outcome code } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }',
  'Query.users':
    '{ users(search: "user", state: ACTIVE, first: 2) { edges { cursor node { id state role createdAt suspension { reason since until by { handle } } sessions { id deviceName deviceKind createdAt lastSeenAt } groupCount contactCount } } pageInfo { hasNextPage } } }',
  'Mutation.suspendUser':
    'mutation ($otherId: ID!) { suspendUser(input: { userId: $otherId, reason: "because" }) { user { state suspension { reason } } errors { code message field retryAfterMs } } }',
  'Mutation.restoreUser':
    'mutation ($otherId: ID!) { restoreUser(input: { userId: $otherId }) { user { state } errors { code message field } } }',
  'Mutation.createUser':
    'mutation { createUser(input: { handle: "made.here", displayName: "Made", avatarUrl: "https://example.org/a.png", bio: "I was made.", data: { team: "blue" }, subject: "made", issuer: "x" }) { user { id handle isBot data } errors { code message field } } }',
  'Mutation.updateUser':
    'mutation ($otherId: ID!) { updateUser(input: { userId: $otherId, handle: "other.handle", displayName: "Other", avatarUrl: null, bio: "I was changed.", data: { team: "red" } }) { user { handle displayName data } errors { code message field } } }',
  'Mutation.createBot':
    'mutation { createBot(input: { handle: "bot.here", displayName: "Bot", avatarUrl: "https://example.org/a.png", bio: "I was made.", data: {} }) { user { id handle isBot data } errors { code message field } } }',
  'Query.bots': '{ bots(first: 2) { edges { cursor node { id isBot sessions { id expiresAt } } } pageInfo { hasNextPage } } }',
  'Mutation.createBotKey':
    'mutation ($botId: ID!) { createBotKey(input: { userId: $botId, name: "here", days: 7 }) { key session { id deviceName expiresAt } errors { code message field } } }',
  'Mutation.revokeBotKey':
    'mutation ($keyId: ID!) { revokeBotKey(input: { keyId: $keyId }) { user { id } errors { code message field } } }',
  'Mutation.linkIdentity':
    'mutation ($otherId: ID!) { linkIdentity(input: { userId: $otherId, subject: "u1", issuer: "x" }) { user { identities { issuer subject createdAt } } errors { code message field } } }',
  'Query.userByIdentity': 'query { userByIdentity(subject: "u1", issuer: "x") { id } }',
  'Mutation.unlinkIdentity':
    'mutation ($otherId: ID!) { unlinkIdentity(input: { userId: $otherId, subject: "u1", issuer: "x" }) { user { id } errors { code message field } } }',
  'Mutation.resetPassword':
    'mutation ($otherId: ID!) { resetPassword(input: { userId: $otherId }) { password sessions errors { code message field } } }',
  'Mutation.grantAdmin':
    'mutation ($otherId: ID!) { grantAdmin(input: { userId: $otherId }) { user { role } errors { code message field } } }',
  'Mutation.revokeAdmin':
    'mutation ($otherId: ID!) { revokeAdmin(input: { userId: $otherId }) { user { role } errors { code message field } } }',
  'Mutation.deleteUser':
    'mutation ($otherId: ID!) { deleteUser(input: { userId: $otherId, messages: KEEP }) { user { state } errors { code message field } } }',
  'Query.moderationQueue':
    '{ moderationQueue(state: RESOLVED, kind: USER, first: 2) { edges { cursor node { id kind state user { id } group { id name } textThen reporters reasons { reason count } } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }',
  'Query.moderationItem':
    'query ($itemId: ID!) { moderationItem(id: $itemId) { id createdAt newestReportAt message { id text data pollOptions attachments { url mediaType name alt } sender { id } sentAt editedAt recalledAt } context { id } reports(first: 2) { edges { cursor node { reporter { id } reason note textThen words { list word } at } } pageInfo { hasNextPage } } action note resolvedAt resolvedBy { id } } }',
  'Mutation.resolveReport':
    'mutation ($itemId: ID!) { resolveReport(input: { itemId: $itemId, action: DISMISS }) { item { id state } errors { code message field retryAfterMs } } }',
  'Query.blockedWordLists': '{ blockedWordLists { name action enabled wholeWords wordCount words updatedAt updatedBy { id } } }',
  'Mutation.setBlockedWords':
    'mutation { setBlockedWords(input: { name: "list", words: ["badger"], action: FLAG }) { list { name } errors { code message field retryAfterMs } } }',
  'Mutation.removeBlockedWords':
    'mutation { removeBlockedWords(input: { name: "list" }) { name errors { code message field retryAfterMs } } }',
  'Query.jobs':
    '{ jobs(state: DEAD, kind: EffectOwed, first: 2) { edges { cursor node { id kind key about state dueAt createdAt attempts failure } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }',
  'Query.jobCounts': '{ jobCounts { kind state count } }',
  'Query.effectLag': '{ effectLag { streams oldestMs } }',
  'Mutation.replayJob':
    'mutation ($jobId: ID!) { replayJob(input: { id: $jobId }) { job { id state } errors { code message field retryAfterMs } } }',
  'Mutation.discardJob':
    'mutation ($discardedId: ID!) { discardJob(input: { id: $discardedId }) { job { id state } errors { code message field retryAfterMs } } }',
  'Query.webhooks':
    '{ webhooks { id url description events state disabledAt disabledWhy createdAt failures failingSince lastSuccessAt lastFailureAt lastFailure retryAt backlog { streams entries } } }',
  'Mutation.createWebhook':
    'mutation { createWebhook(input: { url: "http://127.0.0.1:1/", events: [MessageSent] }) { webhook { id } secret errors { code message field retryAfterMs } } }',
  'Mutation.updateWebhook':
    'mutation ($webhookId: ID!) { updateWebhook(input: { webhookId: $webhookId, description: "for the fair" }) { webhook { id } errors { code message field retryAfterMs } } }',
  'Mutation.rotateWebhookSecret':
    'mutation ($webhookId: ID!) { rotateWebhookSecret(input: { webhookId: $webhookId }) { webhook { id } secret errors { code message field retryAfterMs } } }',
  'Mutation.testWebhook':
    'mutation ($webhookId: ID!) { testWebhook(input: { webhookId: $webhookId }) { trial { delivered status ms fault } errors { code message field retryAfterMs } } }',
  'Mutation.enableWebhook':
    'mutation ($webhookId: ID!) { enableWebhook(input: { webhookId: $webhookId, missed: true }) { webhook { id state } errors { code message field retryAfterMs } } }',
  'Mutation.deleteWebhook':
    'mutation ($webhookId: ID!) { deleteWebhook(input: { webhookId: $webhookId }) { deletedId errors { code message field retryAfterMs } } }',
  'Query.beforeSend': '{ beforeSend { url deadlineMs onFailure conversations changedAt } }',
  'Mutation.setBeforeSend':
    'mutation { setBeforeSend(input: { url: "http://127.0.0.1:1/" }) { beforeSend { url } secret errors { code message field retryAfterMs } } }',
  'Mutation.removeBeforeSend':
    'mutation { removeBeforeSend(input: { url: "http://127.0.0.1:1/" }) { removed errors { code message field retryAfterMs } } }',
  // The node is only asked to stop. Its supervisor does that.
  'Mutation.drainNode':
    'mutation ($nodeId: ID!) { drainNode(input: { nodeId: $nodeId }) { node { state } errors { code message field retryAfterMs } } }',
};

/** The variables of the operations above. */
function given() {
  const { handle, id: userId } = actors.user ?? {};
  const ids = { adminId: actors.admin?.id, groupId, noticeId, otherId, botId, keyId, itemId, jobId, discardedId, webhookId };
  return { handle, userId, nodeId: place.node.chat.cluster.lease.nodeId, ...ids };
}

const refusals: Readonly<Record<Exclude<Standing, 'admin'>, readonly [status: number, code: string]>> = {
  nobody: [401, 'UNAUTHENTICATED'],
  user: [403, 'FORBIDDEN'],
  former: [403, 'FORBIDDEN'],
};

describe('every field of the operators’ schema', () => {
  it('is in the table', () => {
    const roots = [adminSchema.getQueryType(), adminSchema.getMutationType(), adminSchema.getSubscriptionType()];
    const all = roots.flatMap((type) => (isObjectType(type) ? Object.keys(type.getFields()).map((name) => `${type.name}.${name}`) : []));
    expect(Object.keys(fields).toSorted()).toEqual(all.toSorted());
  });

  it.each(Object.entries(fields))('%s works for admins, and is refused to everybody else without an effect', async (_name, document) => {
    // The node is in the list of nodes from its first heartbeat on.
    await expect.poll(async () => (await place.node.chat.oversight.nodes()).length).toBe(1);
    const { settings, notices, words, moderation, audit, administration, groupAdministration, backlog, webhooks, beforeSend } =
      place.node.chat;
    const stands = () =>
      Promise.all([
        settings.versions({ first: 1 }),
        notices.all({ first: 100 }),
        words.lists(),
        moderation.queue({ state: 'OPEN', first: 9 }),
        audit.list({}, { first: 1 }),
        administration.list({}, { first: 1 }),
        administration.sessions([inputId('User', botId)]),
        groupAdministration.byIds([inputId('Conversation', groupId)]),
        backlog.list({ state: 'DEAD', first: 100 }),
        // Without the state of deliveries, which go on meanwhile.
        webhooks.list().then((all) => all.map(({ id, url, description, events, state }) => ({ id, url, description, events, state }))),
        beforeSend.get(),
      ]);
    const before = await stands();
    for (const [standing, [status, code]] of Object.entries(refusals)) {
      const answer = await ask(document, given(), standing as Standing);
      expect(answer, standing).toMatchObject({ status, errors: [{ extensions: { code } }] });
      expect(answer.data ?? null, standing).toBeNull();
    }
    expect(await stands()).toEqual(before);
    const { status, data, errors } = await ask(document, given());
    expect({ status, errors }).toEqual({ status: 200, errors: undefined });
    for (const payload of Object.values(data ?? {})) expect((payload as { errors?: unknown }).errors ?? []).toEqual([]);
  });
});

describe('a user who is not an admin', () => {
  // Validation errors would tell whether a field exists, and suggest its name.
  test.each([
    ['introspection', getIntrospectionQuery()],
    ['a typename', '{ __typename }'],
    ['a misspelt field', '{ settingz { name } }'],
    ['what cannot be parsed', '{'],
    ['nothing', ''],
  ])('learns nothing from %s', async (_what, document) => {
    for (const [standing, [status]] of Object.entries(refusals)) {
      const answer = await ask(document, {}, standing as Standing);
      expect(answer.status).toBe(status);
      expect(JSON.stringify(answer)).not.toMatch(/settings|nodes|audit|suspend|moderation|words|Query|Mutation|Syntax/i);
    }
  });

  it('gets the same answer as a former admin', async () => {
    const [asUser, asFormer] = [await ask('{ viewer { id } }', {}, 'user'), await ask('{ viewer { id } }', {}, 'former')];
    expect(asUser).toEqual(asFormer);
  });

  test.each([
    ['no token', 'Bearer'],
    ['another scheme', 'Basic YTpi'],
    ['a token of nobody', 'Bearer a.b.c'],
    ['two tokens', 'Bearer a b'],
  ])('is not signed in by %s', async (_what, authorization) => {
    const response = await fetch(adminUrl(place), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ query: '{ viewer { id } }' }),
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('gets access with the next access token after becoming an admin', async () => {
    const [ann] = await place.people('ann');
    await place.node.chat.roles.give({ handle: ann.handle, role: 'ADMIN' });
    expect(await askAdmin(adminUrl(place), '{ viewer { id } }', {}, ann)).toMatchObject({ status: 403 });
    const refresh = 'mutation ($input: RefreshTokenInput!) { refreshToken(input: $input) { accessToken } }';
    const response = await fetch(`${place.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: refresh, variables: { input: { refreshToken: ann.refreshToken } } }),
    });
    const { data } = (await response.json()) as { data: { refreshToken: { accessToken: string } } };
    const token = { token: data.refreshToken.accessToken };
    expect(await askAdmin(adminUrl(place), '{ viewer { handle } }', {}, token)).toMatchObject({ data: { viewer: { handle: ann.handle } } });
  });

  it('loses access with the next request after the role is revoked', async () => {
    const [ann] = await place.people('ann');
    const admin = await appoint(place, ann);
    for (const role of ['USER', 'ADMIN', 'USER'] as const) {
      await place.node.chat.roles.give({ handle: ann.handle, role });
      expect((await askAdmin(adminUrl(place), '{ viewer { id } }', {}, admin)).status).toBe(role === 'ADMIN' ? 200 : 403);
    }
  });

  it('has no access after signing out as an admin, or after their account was erased', async () => {
    const [ann, ben] = await place.people('ann', 'ben');
    const [signedOut, erased] = [await appoint(place, ann), await appoint(place, ben)];
    await place.ask(SignOutDocument, { input: {} }, signedOut);
    expect((await askAdmin(adminUrl(place), '{ viewer { id } }', {}, signedOut)).status).toBe(401);
    const { userId, sessionId } = await place.node.chat.users.authenticate(erased.token);
    await place.node.chat.users.erase({ userId, sessionId }, { password, messages: 'KEEP', address: 'here' });
    expect((await askAdmin(adminUrl(place), '{ viewer { id } }', {}, erased)).status).toBe(401);
    await expect(place.node.chat.roles.give({ handle: ben.handle, role: 'ADMIN' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('the public port', () => {
  test.each(['/admin/graphql', '/admin', '/admin/graphql/'])('serves nothing at %s, not even to admins', async (path) => {
    for (const standing of standings) {
      const { token = '' } = actors[standing] ?? {};
      const response = await fetch(`${place.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: '{ viewer { id } }' }),
      });
      expect(response.status).toBe(404);
    }
  });

  it('has none of the operators’ fields and types, not even for admins', async () => {
    const roots = [schema.getQueryType(), schema.getMutationType()].map((type) => Object.keys(type?.getFields() ?? {}));
    const operators = Object.keys(fields).map((name) => name.split('.')[1] ?? '');
    // These names are in both schemas. In the public one they serve every user: objects by id, a user by handle, search, the viewer, and a
    // group of one’s own.
    expect(operators.filter((name) => roots.flat().includes(name)).toSorted()).toEqual([
      'dissolveGroup',
      'nodes',
      'user',
      'users',
      'viewer',
    ]);
    for (const name of [
      'Setting',
      'SettingsVersion',
      'SetSettingsInput',
      'OpenConnection',
      'NodeLoad',
      'AuditEntry',
      'Suspension',
      'GroupMember',
      'RemoveFromGroupInput',
      'UserState',
      'UserRole',
      'ModerationItem',
      'BlockedWordList',
      'Webhook',
      'BeforeSend',
    ]) {
      expect(schema.getType(name)).toBeUndefined();
    }
    const response = await fetch(`${place.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${actors.admin?.token}` },
      body: JSON.stringify({ query: '{ settings { name } }' }),
    });
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });
});

describe('the operators’ port', () => {
  it('serves nothing else', async () => {
    const { origin } = new URL(adminUrl(place));
    for (const path of ['/', '/graphql', '/health/live', '/exports/x', '/admin']) {
      const { status } = await fetch(`${origin}${path}`, { headers: { accept: 'text/html' } });
      expect([path, status]).toEqual([path, 404]);
    }
  });

  it('sends no CORS headers, and refuses mutations by GET', async () => {
    const headers = { authorization: `Bearer ${actors.admin?.token}`, origin: 'https://example.org' };
    const read = await fetch(`${adminUrl(place)}?query={viewer{handle}}`, { headers });
    expect(read.status).toBe(200);
    expect(read.headers.get('access-control-allow-origin')).toBeNull();
    const preflight = await fetch(adminUrl(place), { method: 'OPTIONS', headers: { origin: 'https://example.org' } });
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
    const written = await fetch(`${adminUrl(place)}?query=mutation{rollBackSettings(input:{version:0}){errors{code}}}`, { headers });
    expect(written.status).toBe(405);
  });

  it('answers during maintenance, so that it can end the maintenance', async () => {
    const set = (value: string) =>
      ask('mutation ($v: String) { setSettings(input: { settings: [{ name: "maintenance", value: $v }] }) { errors { code } } }', {
        v: value,
      });
    for (const value of ['true', 'false']) expect(await set(value)).toMatchObject({ data: { setSettings: { errors: [] } } });
  });

  it('limits documents like the public port, and answers introspection even if INTROSPECTION is off', async () => {
    await place.node.chat.settings.set(null, { settings: [{ name: 'introspection', value: 'false' }] });
    expect((await ask(getIntrospectionQuery())).errors).toBeUndefined();
    await place.node.chat.settings.rollBack(null, { version: 0 });
    const aliases = Array.from({ length: 300 }, (_, at) => `a${at}: viewer { id }`).join(' ');
    expect((await ask(`{ ${aliases} }`)).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('does not exist if ADMIN_PORT is off, and is separate from the public port otherwise', async () => {
    await using stores = await freshStores();
    {
      await using node = await createNode(readConfig({ PORT: '0', LOG_LEVEL: 'error', ADMIN_PORT: 'off', ...stores.env }));
      expect(node.adminUrl).toBeNull();
    }
    await using node = await createNode(readConfig({ PORT: '0', LOG_LEVEL: 'error', ADMIN_PORT: '0', ...stores.env }));
    expect(new URL(node.adminUrl ?? '').port).not.toBe(String(node.port));
  });

  it('stops the start if it cannot be opened, with an error that names the setting, and leaves nothing open', async () => {
    await using stores = await freshStores();
    const port = new URL(adminUrl(place)).port;
    const config = readConfig({ PORT: '0', LOG_LEVEL: 'error', ADMIN_PORT: port, ...stores.env });
    await expect(createNode(config)).rejects.toThrow(
      `ADMIN_PORT ${port} is in use on 127.0.0.1: choose another, or 0 for any that is free`,
    );
    await expect(createNode(readConfig({ PORT: '0', LOG_LEVEL: 'error', ADMIN_HOST: '192.0.2.1', ...stores.env }))).rejects.toThrow(
      'ADMIN_HOST 192.0.2.1 is not an address of this machine',
    );
    // The database and the public port are free again: otherwise this node could not start.
    await using node = await createNode(readConfig({ PORT: '0', LOG_LEVEL: 'error', ...stores.env }));
    expect(node.adminUrl).not.toBeNull();
  });
});

describe('config ADMIN_HANDLES', () => {
  it('makes these users admins at the start, and ignores handles that do not exist', async () => {
    await using stores = await freshStores();
    const env = { PORT: '0', LOG_LEVEL: 'silent', ...stores.env };
    {
      await using node = await createNode(readConfig(env));
      await node.chat.users.signUp({ handle: 'ann', password, address: 'here' });
      await node.chat.users.signUp({ handle: 'ben', password, address: 'here' });
    }
    await using node = await createNode(readConfig({ ...env, ADMIN_HANDLES: 'Ann, zoe ,, ' }));
    const token = async (handle: string) => ({ token: (await node.chat.users.signIn({ handle, password, address: 'here' })).accessToken });
    expect((await askAdmin(node.adminUrl ?? '', '{ viewer { id } }', {}, await token('ann'))).status).toBe(200);
    expect((await askAdmin(node.adminUrl ?? '', '{ viewer { id } }', {}, await token('ben'))).status).toBe(403);
  });
});

describe('settings, in the operators’ schema', () => {
  it('are set with actor, time and note, and can be rolled back', async () => {
    const set = `mutation ($input: SetSettingsInput!) { setSettings(input: $input) {
      version { version by { handle } note changes { name before after } }
      settings { name value version changedBy { handle } } errors { code field message }
    } }`;
    const input = { settings: [{ name: 'maxPins', value: '9' }], note: 'for the season' };
    const { data } = await ask(set, { input });
    const { handle } = actors.admin ?? {};
    const version = expect.objectContaining({
      by: { handle },
      note: 'for the season',
      changes: [{ name: 'maxPins', before: null, after: '9' }],
    });
    const setting = { name: 'maxPins', value: '9', version: expect.any(Number), changedBy: { handle } };
    expect(data).toEqual({ setSettings: { version, settings: expect.arrayContaining([setting]), errors: [] } });
    expect(place.node.chat.settings.config.maxPins).toBe(9);

    const audit = await ask('{ settingsVersions(first: 1) { edges { node { version note by { handle } changes { name after } } } } }');
    expect(audit.data).toMatchObject({
      settingsVersions: { edges: [{ node: { note: 'for the season', changes: [{ name: 'maxPins', after: '9' }] } }] },
    });

    const back = await ask(
      'mutation { rollBackSettings(input: { version: 0, note: "over" }) { version { rolledBackTo note } errors { code } } }',
    );
    expect(back.data).toEqual({ rollBackSettings: { version: { rolledBackTo: 0, note: 'over' }, errors: [] } });
    expect(place.node.chat.settings.config.maxPins).toBe(50);
  });

  it('are listed in pages, each version once, newest first', async () => {
    for (const value of ['1', '2', '3', '4', '5']) await place.node.chat.settings.set(null, { settings: [{ name: 'maxPins', value }] });
    const document = `query ($after: String) { settingsVersions(first: 2, after: $after) {
      edges { cursor node { version } } pageInfo { hasNextPage hasPreviousPage endCursor }
    } }`;
    type Page = { edges: { node: { version: number } }[]; pageInfo: { hasNextPage: boolean; endCursor: string; hasPreviousPage: boolean } };
    const seen: number[] = [];
    let after: string | null = null;
    for (let more = true; more; ) {
      const { data } = await ask(document, { after });
      const page = data?.['settingsVersions'] as Page;
      expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
      seen.push(...page.edges.map(({ node }) => node.version));
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
    }
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, at) => seen.length - at));
  });
});
