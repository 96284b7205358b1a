import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { getIntrospectionQuery, parse } from 'graphql';
import { expect } from 'vitest';
import { createLogging } from '../../gateway/logger.ts';
import { createNode } from '../../gateway/node.ts';
import { schema } from '../../schema/index.ts';
import { readConfig, type SettingName } from '../../src/config/index.ts';
import { ageIn } from '../retention/age.ts';
import type { Listening } from '../support/listening.ts';
import { rawId, rawSql } from '../support/raw-sql.ts';
import { freshStores } from '../support/stores.ts';
import { type Person, password, type World } from '../support/world.ts';

/** A running node, and a function that changes its settings. */
export interface Place {
  readonly world: World;
  set(name: SettingName, value: string): Promise<void>;
}

/** The outcome of an operation: the first error code, or DONE. */
export async function outcome({ world }: Place, source: string, variables: object = {}, as?: Pick<Person, 'token'>): Promise<string> {
  const { data, errors } = await world.post<Readonly<Record<string, unknown>>, object>(parse(source), variables, as);
  const [payload] = Object.values(data ?? {}) as readonly (null | { readonly errors?: readonly { readonly code: string }[] })[];
  return String(errors?.[0]?.extensions?.['code'] ?? payload?.errors?.[0]?.code ?? 'DONE');
}

/** The outcome of a mutation. */
export function act(place: Place, name: string, input: object, as?: Pick<Person, 'token'>): Promise<string> {
  const type = schema.getMutationType()?.getFields()[name]?.args[0]?.type;
  return outcome(place, `mutation ($input: ${type}) { ${name}(input: $input) { errors { code } } }`, { input }, as);
}

/** Users with a group and a message in it. */
async function talk(place: Place) {
  const [ann, ben, cat] = await place.world.people('ann', 'ben', 'cat');
  const group = await place.world.group(ann, ben);
  const message = await place.world.say(ann, group, 'hello');
  return { ann, ben, cat, group, messageId: message.id };
}

interface Thread {
  readonly node: { readonly messages: { readonly edges: readonly { readonly node: { readonly text: string } }[] } };
}

/** The typing and message events up to a message. */
async function heard(listening: Listening): Promise<readonly unknown[]> {
  const events = await listening.until(({ __typename }) => __typename === 'MessageSent');
  return events.map((event) => (event.__typename === 'TypingChanged' ? event.typing : event.__typename));
}

async function search(place: Place, as: Person): Promise<string> {
  return await outcome(place, '{ users(search: "somebody") { edges { node { id } } } }', {}, as);
}

async function browse(place: Place, as: Person): Promise<string> {
  return await outcome(place, '{ groups { edges { node { name } } } }', {}, as);
}

/** Checks, for each setting, that the next operation uses the value that was set last. */
export const effects: Readonly<Record<SettingName, (place: Place) => Promise<void>>> = {
  async maxMessageLength(place) {
    const { ann, group: conversationId, messageId } = await talk(place);
    await place.set('maxMessageLength', '5');
    const input = () => ({ conversationId, clientMessageId: randomUUID(), text: 'sixsix' });
    expect(await act(place, 'sendMessage', input(), ann)).toBe('INVALID_INPUT');
    expect(await act(place, 'editMessage', { messageId, text: 'sixsix' }, ann)).toBe('INVALID_INPUT');
    await place.set('maxMessageLength', '6');
    expect(await act(place, 'sendMessage', input(), ann)).toBe('DONE');
    expect(await act(place, 'editMessage', { messageId, text: 'sixsix' }, ann)).toBe('DONE');
  },
  async historyDays(place) {
    const { ann, group } = await talk(place);
    const { seq } = await place.world.say(ann, group, 'to be kept');
    await using sql = await rawSql(place.world.stores);
    await ageIn(sql, rawId(group), seq - 1);
    async function afterRound(): Promise<readonly string[]> {
      await place.world.node.chat.retention.round({ after: 0n }, new AbortController().signal);
      const { data } = await place.world.post<Thread, object>(
        parse(`{ node(id: "${group}") { ... on Conversation { messages { edges { node { text } } } } } }`),
        {},
        ann,
      );
      return data?.node.messages.edges.map(({ node }) => node.text) ?? [];
    }
    await place.set('historyDays', '0');
    expect(await afterRound()).toEqual(['hello', 'to be kept']);
    await place.set('historyDays', '1');
    expect(await afterRound()).toEqual(['to be kept']);
  },
  async accountLogDays(place) {
    const { ann, group } = await talk(place);
    const { node, stores } = place.world;
    await using sql = await rawSql(stores);
    await ageIn(sql, rawId(ann.id), 100);
    async function keptAfterRound(): Promise<number> {
      await node.chat.retention.accountRound({ after: -1n }, new AbortController().signal);
      return sql.number(`SELECT COUNT(*) FROM Entry WHERE streamId = ${rawId(ann.id)}`);
    }
    await place.set('accountLogDays', '0');
    expect(await keptAfterRound()).toBe(2);
    await place.set('accountLogDays', '1');
    expect(await keptAfterRound()).toBe(1);
    expect(await sql.number(`SELECT COUNT(*) FROM Entry WHERE streamId = ${rawId(group)}`)).toBeGreaterThan(1);
  },
  async maxAttachments(place) {
    const { ann, group: conversationId, messageId } = await talk(place);
    const attachments = ['a', 'b'].map((name) => ({ url: `https://example.org/${name}`, mediaType: 'image/png' }));
    const input = () => ({ conversationId, clientMessageId: randomUUID(), text: '', attachments });
    await place.set('maxAttachments', '1');
    expect(await act(place, 'sendMessage', input(), ann)).toBe('INVALID_INPUT');
    expect(await act(place, 'editMessage', { messageId, text: 'two', attachments }, ann)).toBe('INVALID_INPUT');
    await place.set('maxAttachments', '2');
    expect(await act(place, 'sendMessage', input(), ann)).toBe('DONE');
    expect(await act(place, 'editMessage', { messageId, text: 'two', attachments }, ann)).toBe('DONE');
  },
  async maxDataBytes(place) {
    const { ann, group: conversationId, messageId } = await talk(place);
    const data = { a: 'four' };
    const input = () => ({ conversationId, clientMessageId: randomUUID(), text: '', data });
    await place.set('maxDataBytes', '11');
    expect(await act(place, 'sendMessage', input(), ann)).toBe('INVALID_INPUT');
    expect(await act(place, 'editMessage', { messageId, text: 'two', data }, ann)).toBe('INVALID_INPUT');
    await place.set('maxDataBytes', '12');
    expect(await act(place, 'sendMessage', input(), ann)).toBe('DONE');
    expect(await act(place, 'editMessage', { messageId, text: 'two', data }, ann)).toBe('DONE');
  },
  async attachmentHosts(place) {
    const { ann, group: conversationId, messageId } = await talk(place);
    const attachments = [{ url: 'https://files.example.org/a', mediaType: 'image/png' }];
    const input = () => ({ conversationId, clientMessageId: randomUUID(), text: '', attachments });
    await place.set('attachmentHosts', 'example.org, *.example.com');
    expect(await act(place, 'sendMessage', input(), ann)).toBe('INVALID_INPUT');
    expect(await act(place, 'editMessage', { messageId, text: 'two', attachments }, ann)).toBe('INVALID_INPUT');
    await place.set('attachmentHosts', '*.example.org');
    expect(await act(place, 'sendMessage', input(), ann)).toBe('DONE');
    expect(await act(place, 'editMessage', { messageId, text: 'two', attachments }, ann)).toBe('DONE');
  },
  async maxReactions(place) {
    const { ann, messageId } = await talk(place);
    await place.set('maxReactions', '1');
    expect(await act(place, 'addReaction', { messageId, emoji: '👍' }, ann)).toBe('DONE');
    expect(await act(place, 'addReaction', { messageId, emoji: '🎉' }, ann)).toBe('LIMIT_REACHED');
    await place.set('maxReactions', '2');
    expect(await act(place, 'addReaction', { messageId, emoji: '🎉' }, ann)).toBe('DONE');
  },
  async maxScheduledMessages(place) {
    const { ann, group: conversationId } = await talk(place);
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const input = () => ({ conversationId, clientMessageId: randomUUID(), text: 'later', sendAt });
    await place.set('maxScheduledMessages', '1');
    expect(await act(place, 'scheduleMessage', input(), ann)).toBe('DONE');
    expect(await act(place, 'scheduleMessage', input(), ann)).toBe('LIMIT_REACHED');
    await place.set('maxScheduledMessages', '2');
    expect(await act(place, 'scheduleMessage', input(), ann)).toBe('DONE');
  },
  async maxDrafts(place) {
    const { ann, ben, group: conversationId } = await talk(place);
    const another = await place.world.group(ben, ann);
    const input = { conversationId, text: 'so far', writtenAt: new Date().toISOString() };
    await place.set('maxDrafts', '1');
    expect(await act(place, 'saveDraft', input, ann)).toBe('DONE');
    expect(await act(place, 'saveDraft', { ...input, conversationId: another }, ann)).toBe('LIMIT_REACHED');
    await place.set('maxDrafts', '2');
    expect(await act(place, 'saveDraft', { ...input, conversationId: another }, ann)).toBe('DONE');
  },
  async draftTellMs(place) {
    const { ann, group: conversationId } = await talk(place);
    const listening = place.world.listen(ann);
    await listening.ready();
    await place.set('draftTellMs', '60000');
    await act(place, 'saveDraft', { conversationId, text: 'one', writtenAt: '2026-01-01T00:00:00Z' }, ann);
    await place.set('draftTellMs', '0');
    await act(place, 'saveDraft', { conversationId, text: 'two', writtenAt: '2026-01-01T00:00:01Z' }, ann);
    await act(place, 'saveDraft', { conversationId, text: 'three', writtenAt: '2026-01-01T00:00:02Z' }, ann);
    await place.world.say(ann, conversationId, 'over');
    const events = await listening.until(({ __typename }) => __typename === 'MessageSent');
    expect(events.filter(({ __typename }) => __typename === 'DraftChanged')).toHaveLength(2);
  },
  async maxSavedMessages(place) {
    const { ann, group, messageId } = await talk(place);
    const { id } = await place.world.say(ann, group, 'another');
    await place.set('maxSavedMessages', '1');
    expect(await act(place, 'saveMessage', { messageId }, ann)).toBe('DONE');
    expect(await act(place, 'saveMessage', { messageId: id }, ann)).toBe('LIMIT_REACHED');
    await place.set('maxSavedMessages', '2');
    expect(await act(place, 'saveMessage', { messageId: id }, ann)).toBe('DONE');
  },
  async maxPins(place) {
    const { ann, group, messageId } = await talk(place);
    const { id } = await place.world.say(ann, group, 'another');
    await place.set('maxPins', '1');
    expect(await act(place, 'pinMessage', { messageId }, ann)).toBe('DONE');
    expect(await act(place, 'pinMessage', { messageId: id }, ann)).toBe('LIMIT_REACHED');
    await place.set('maxPins', '2');
    expect(await act(place, 'pinMessage', { messageId: id }, ann)).toBe('DONE');
  },
  async maxGroupMembers(place) {
    const { ann, cat, group: groupId } = await talk(place);
    await place.set('maxGroupMembers', '2');
    expect(await act(place, 'addMembers', { groupId, userIds: [cat.id] }, ann)).toBe('LIMIT_REACHED');
    await place.set('maxGroupMembers', '3');
    expect(await act(place, 'addMembers', { groupId, userIds: [cat.id] }, ann)).toBe('DONE');
  },
  async maxGroupsPerUser(place) {
    const { ann } = await talk(place);
    await place.set('maxGroupsPerUser', '1');
    expect(await act(place, 'createGroup', { name: 'One more', memberIds: [] }, ann)).toBe('LIMIT_REACHED');
    await place.set('maxGroupsPerUser', '2');
    expect(await act(place, 'createGroup', { name: 'One more', memberIds: [] }, ann)).toBe('DONE');
  },
  async maxContactRequests(place) {
    const { ann, ben, cat } = await talk(place);
    await place.set('maxContactRequests', '1');
    expect(await act(place, 'requestContact', { userId: ben.id }, ann)).toBe('DONE');
    expect(await act(place, 'requestContact', { userId: cat.id }, ann)).toBe('LIMIT_REACHED');
    await place.set('maxContactRequests', '2');
    expect(await act(place, 'requestContact', { userId: cat.id }, ann)).toBe('DONE');
  },
  async contactRequestsPerDay(place) {
    const { ann, ben, cat } = await talk(place);
    await place.set('contactRequestsPerDay', '1');
    expect(await act(place, 'requestContact', { userId: ben.id }, ann)).toBe('DONE');
    expect(await act(place, 'requestContact', { userId: cat.id }, ann)).toBe('RATE_LIMITED');
    await place.set('contactRequestsPerDay', '10');
    expect(await act(place, 'requestContact', { userId: cat.id }, ann)).toBe('DONE');
  },
  async reportsPerDay(place) {
    const { ann, ben, cat, messageId } = await talk(place);
    const report = (userId: string) => act(place, 'reportUser', { userId, reason: 'SPAM' }, ben);
    await place.set('reportsPerDay', '1');
    expect([await report(ann.id), await report(cat.id)]).toEqual(['DONE', 'RATE_LIMITED']);
    expect(await act(place, 'reportMessage', { messageId, reason: 'SPAM' }, ben)).toBe('RATE_LIMITED');
    await place.set('reportsPerDay', '10');
    expect(await report(cat.id)).toBe('DONE');
  },
  async searchesPerMinute(place) {
    const { ann } = await talk(place);
    await place.set('searchesPerMinute', '1');
    expect([await search(place, ann), await search(place, ann)]).toEqual(['DONE', 'RATE_LIMITED']);
    expect([await browse(place, ann), await browse(place, ann)]).toEqual(['DONE', 'RATE_LIMITED']);
    await place.set('searchesPerMinute', '10');
    expect(await search(place, ann)).toBe('DONE');
  },
  async searchedMessages(place) {
    const { ann } = await talk(place);
    const look = () => outcome(place, '{ messages(search: "somebody") { edges { cursor } } }', {}, ann);
    await place.set('searchedMessages', '0');
    expect(await look()).toBe('FORBIDDEN');
    await place.set('searchedMessages', '10');
    expect(await look()).toBe('DONE');
  },
  async joinAttempts(place) {
    const { ann } = await talk(place);
    const guess = () => act(place, 'joinGroup', { code: 'AAAAAAAAAAAAAAAAAAAAAA' }, ann);
    await place.set('joinAttempts', '1');
    expect([await guess(), await guess()]).toEqual(['NOT_FOUND', 'RATE_LIMITED']);
    await place.set('joinAttempts', '10');
    expect(await guess()).toBe('NOT_FOUND');
  },
  async signInAttempts(place) {
    const { handle } = (await talk(place)).ann;
    const guess = () => act(place, 'signIn', { handle, password: 'battery horse' });
    await place.set('signInAttempts', '1');
    expect([await guess(), await guess()]).toEqual(['INVALID_CREDENTIALS', 'RATE_LIMITED']);
    await place.set('signInAttempts', '10');
    expect(await guess()).toBe('INVALID_CREDENTIALS');
  },
  async addressAttempts(place) {
    const signUp = () => act(place, 'signUp', { handle: `h.${randomUUID().slice(0, 8)}`, password });
    expect(await signUp()).toBe('DONE');
    await place.set('addressAttempts', '1');
    expect(await signUp()).toBe('RATE_LIMITED');
    await place.set('addressAttempts', '100000');
    expect(await signUp()).toBe('DONE');
  },
  async editWindowSeconds(place) {
    const { ann, messageId } = await talk(place);
    await place.set('editWindowSeconds', '0');
    expect(await act(place, 'editMessage', { messageId, text: 'changed' }, ann)).toBe('TOO_LATE');
    await place.set('editWindowSeconds', '1000');
    expect(await act(place, 'editMessage', { messageId, text: 'changed' }, ann)).toBe('DONE');
  },
  async recallWindowSeconds(place) {
    const { ben, group } = await talk(place);
    const { id: messageId } = await place.world.say(ben, group, 'mine');
    await place.set('recallWindowSeconds', '0');
    expect(await act(place, 'recallMessage', { messageId }, ben)).toBe('TOO_LATE');
    await place.set('recallWindowSeconds', '1000');
    expect(await act(place, 'recallMessage', { messageId }, ben)).toBe('DONE');
  },
  async typingMs(place) {
    const { ann, ben, group: conversationId } = await talk(place);
    const atBens = place.world.listen(ben);
    await atBens.ready();
    await place.set('typingMs', '60000');
    await act(place, 'setTyping', { conversationId, typing: true }, ann);
    expect(await atBens.next()).toMatchObject({ typing: true });
    // A user who is already typing is subject to the new value with their next signal that is passed on. Signals that follow too soon are
    // not.
    await place.set('typingMs', '100');
    let isHeard = false;
    const again = atBens.next().finally(() => {
      isHeard = true;
    });
    const repeat = async () => {
      if (!isHeard) await act(place, 'setTyping', { conversationId, typing: true }, ann);
      return isHeard;
    };
    await expect.poll(repeat).toBe(true);
    expect(await again).toMatchObject({ typing: true });
    await atBens.until((event) => event.__typename === 'TypingChanged' && !event.typing);
  },
  async typing(place) {
    const { ann, ben, group: conversationId } = await talk(place);
    const atBens = place.world.listen(ben);
    await atBens.ready();
    await place.set('typing', 'false');
    expect(await act(place, 'setTyping', { conversationId, typing: true }, ann)).toBe('DONE');
    await place.world.say(ann, conversationId, 'in silence');
    expect(await heard(atBens)).toEqual(['MessageSent']);
    await place.set('typing', 'true');
    expect(await act(place, 'setTyping', { conversationId, typing: true }, ann)).toBe('DONE');
    await place.world.say(ben, conversationId, 'seen');
    expect(await heard(atBens)).toEqual([true, 'MessageSent']);
  },
  async maxSignalBytes(place) {
    const { ann, group: conversationId } = await talk(place);
    const ring = () => act(place, 'sendSignal', { conversationId, name: 'ring', data: { a: 'x'.repeat(92) } }, ann);
    await place.set('maxSignalBytes', '99');
    expect(await ring()).toBe('INVALID_INPUT');
    await place.set('maxSignalBytes', '100');
    expect(await ring()).toBe('DONE');
    await place.set('maxSignalBytes', '0');
    expect(await ring()).toBe('FORBIDDEN');
  },
  async signalsPerSecond(place) {
    const { ann, ben, group: conversationId } = await talk(place);
    const ring = (as: Person) => act(place, 'sendSignal', { conversationId, name: 'ring' }, as);
    await place.set('signalsPerSecond', '1');
    const ofTwelve = async (as: Person) => (await Promise.all(Array.from({ length: 12 }, () => ring(as)))).filter((one) => one === 'DONE');
    expect((await ofTwelve(ann)).length).toBeLessThan(12);
    await place.set('signalsPerSecond', '100');
    expect(await ofTwelve(ben)).toHaveLength(12);
  },
  async search(place) {
    const { ann } = await talk(place);
    await place.set('search', 'false');
    expect(await search(place, ann)).toBe('FORBIDDEN');
    await place.set('search', 'true');
    expect(await search(place, ann)).toBe('DONE');
  },
  async groupDirectory(place) {
    const { ann } = await talk(place);
    const look = () => browse(place, ann);
    const list = () => act(place, 'createGroup', { name: 'Chess', joinPolicy: 'OPEN', listed: true }, ann);
    await place.set('groupDirectory', 'false');
    expect([await look(), await list()]).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    await place.set('groupDirectory', 'true');
    expect([await look(), await list()]).toEqual(['DONE', 'DONE']);
  },
  async signUpOpen(place) {
    const { ann } = await talk(place);
    const signUp = () => act(place, 'signUp', { handle: `h.${randomUUID().slice(0, 8)}`, password });
    await place.set('signUpOpen', 'false');
    expect(await signUp()).toBe('FORBIDDEN');
    expect(await act(place, 'signIn', { handle: ann.handle, password })).toBe('DONE');
    await place.set('signUpOpen', 'true');
    expect(await signUp()).toBe('DONE');
  },
  async operationsPerSecond(place) {
    const { ann } = await talk(place);
    const look = () => outcome(place, '{ viewer { user { handle } } }', {}, ann);
    await place.set('operationsPerSecond', '1');
    // Each mutation counts, and the limit allows ten seconds’ worth at once.
    const acts = Array.from({ length: 25 }, (_, act) => `a${act}: updateSettings(input: {}) { errors { code } }`);
    expect(await outcome(place, `mutation { ${acts.join(' ')} }`, {}, ann)).toBe('DONE');
    expect(await look()).toBe('RATE_LIMITED');
    await place.set('operationsPerSecond', '0');
    expect(await look()).toBe('DONE');
  },
  async botOperationsPerSecond(place) {
    const { administration } = place.world.node.chat;
    const bot = await administration.createBot({ handle: `h.${randomUUID().slice(0, 8)}` });
    const { key } = await administration.createBotKey(null, { userId: bot.id, name: 'k' });
    const look = () => outcome(place, '{ viewer { user { handle } } }', {}, { token: key });
    await place.set('botOperationsPerSecond', '1');
    for (let time = 0; time < 11; time += 1) expect(await look()).toBe('DONE');
    expect(await look()).toBe('RATE_LIMITED');
    await place.set('botOperationsPerSecond', '0');
    expect(await look()).toBe('DONE');
  },
  async introspection(place) {
    // The same document again: its cached validation must not count.
    const ask = () => outcome(place, getIntrospectionQuery());
    expect(await ask()).toBe('DONE');
    await place.set('introspection', 'false');
    expect(await ask()).toBe('BAD_USER_INPUT');
    expect(await outcome(place, '{ __typename }')).toBe('DONE');
    await place.set('introspection', 'true');
    expect(await ask()).toBe('DONE');
  },
  async maintenance(place) {
    const { ann, ben, group } = await talk(place);
    const atBens = place.world.listen(ben);
    await atBens.ready();
    const input = { conversationId: group, clientMessageId: randomUUID(), text: 'soon' };
    await place.set('maintenance', 'true');
    expect(await act(place, 'sendMessage', input, ann)).toBe('UNAVAILABLE');
    expect(await outcome(place, '{ viewer { user { handle } } }', {}, ann)).toBe('DONE');
    await place.set('maintenance', 'false');
    expect(await act(place, 'sendMessage', input, ann)).toBe('DONE');
    // The subscription continued meanwhile.
    expect(await heard(atBens)).toEqual(['MessageSent']);
  },
  async maintenanceMessage(place) {
    const { ann } = await talk(place);
    await place.set('maintenance', 'true');
    await place.set('maintenanceMessage', 'Back at noon.');
    const source = 'mutation { updateProfile(input: {}) { errors { code } } }';
    const { errors } = await place.world.post(parse(source), {}, ann);
    expect(errors).toMatchObject([{ message: 'Back at noon.', extensions: { code: 'UNAVAILABLE', retryable: true, maintenance: true } }]);
  },
  // A node of its own, whose log can be read.
  async logLevel() {
    const lines: string[] = [];
    await using stores = await freshStores();
    const config = readConfig({ PORT: '0', LOG_FORMAT: 'json', LOG_LEVEL: 'info', ...stores.env });
    await using node = await createNode(config, { logging: createLogging(config, { write: (line) => void lines.push(line) }) });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    async function request(path: string): Promise<void> {
      const [response] = (await once(get(`${node.url}${path}`, { agent }), 'response')) as [IncomingMessage];
      await once(response.resume(), 'end');
    }
    /** Returns whether the response to a request for the path is logged. */
    async function isLogged(path: string): Promise<boolean> {
      await request(path);
      // On the same connection, so it is answered once everything about the request before it is done.
      await request('/health/live');
      return lines.some((line) => line.includes('"request answered"') && line.includes(path));
    }
    expect(await isLogged('/at-info')).toBe(false);
    await node.chat.settings.set(null, { settings: [{ name: 'logLevel', value: 'debug' }] });
    expect(await isLogged('/at-debug')).toBe(true);
    await node.chat.settings.set(null, { settings: [{ name: 'logLevel', value: 'silent' }] });
    expect(await isLogged('/at-silent')).toBe(false);
    agent.destroy();
  },
};
