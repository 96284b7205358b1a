import { parse } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatId } from '../../schema/ids.ts';
import { adminUrl, appoint, askAdmin } from '../support/admin-caller.ts';
import { AddMembersDocument, MeDocument, UpdateSettingsDocument } from '../support/generated/graphql.ts';
import { type Person, world } from '../support/world.ts';

const place = world();
let admin: Person;

beforeAll(async () => {
  const [ann] = await place.people('ann');
  admin = await appoint(place, ann);
});

interface Made {
  readonly user: { readonly id: string; readonly handle: string };
  readonly key: string;
  readonly session: { readonly id: string };
}

/** The payload of a mutation of the operators’ schema, which must succeed. */
async function done<N extends string>(name: N, input: object, asks: string): Promise<Made> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) { ${name}(input: $input) { ${asks} errors { code field } } }`;
  const { data } = await askAdmin(adminUrl(place), document, { input }, admin);
  expect(data?.[name]).toMatchObject({ errors: [] });
  return data?.[name] as Made;
}

let count = 0;

/** A bot that has a key, as a user of the API. */
async function newBot(): Promise<Person & { readonly keyId: string }> {
  count += 1;
  const { user } = await done('createBot', { handle: `bot.${count}`, displayName: 'The Shop' }, 'user { id handle }');
  const { key, session } = await done('createBotKey', { userId: user.id, name: 'the backend' }, 'key session { id }');
  return { ...user, token: key, refreshToken: '', keyId: session.id };
}

describe('a bot', () => {
  it('sends and receives messages with its key, and is shown to be a bot', async () => {
    const [ben] = await place.people('ben');
    const bot = await newBot();
    const [ear, other] = [place.listen(bot), place.listen(ben)];
    await Promise.all([ear.ready(), other.ready()]);
    const conversation = await place.direct(bot, ben);
    await place.say(bot, conversation, 'Your parcel is here.');
    expect((await other.nextOf('MessageSent')).messageEdge?.node).toMatchObject({ text: 'Your parcel is here.', sender: { id: bot.id } });
    await ear.nextOf('MessageSent');
    await place.say(ben, conversation, 'Thanks!');
    expect((await ear.nextOf('MessageSent')).messageEdge?.node.text).toBe('Thanks!');
    const look = parse('query ($handle: String!) { user(handle: $handle) { displayName isBot } viewer { user { isBot } } }');
    const { data } = await place.post<object, object>(look, { handle: bot.handle }, ben);
    expect(data).toEqual({ user: { displayName: 'The Shop', isBot: true }, viewer: { user: { isBot: false } } });
  });

  it('has its keys as its sessions', async () => {
    const bot = await newBot();
    const { viewer } = await place.ask(MeDocument, {}, bot);
    expect(viewer?.sessions).toEqual([{ id: bot.keyId, deviceName: 'the backend', viewerIsCurrent: true }]);
  });

  it('can reach users who take messages from contacts only, and other users cannot', async () => {
    const [ben, cat] = await place.people('ben', 'cat');
    const bot = await newBot();
    await place.ask(UpdateSettingsDocument, { input: { messagesFrom: 'CONTACTS' } }, ben);
    const group = await place.group(bot, cat);
    const { addMembers } = await place.ask(AddMembersDocument, { input: { groupId: group, userIds: [ben.id] } }, bot);
    expect(addMembers).toMatchObject({ group: { memberCount: 3 }, errors: [] });
    await place.say(bot, await place.direct(bot, ben), 'hello');
    await expect(place.say(cat, await place.direct(cat, ben), 'hello')).rejects.toThrow('NOT_CONTACTS');
  });

  it('that becomes an admin can use the operators’ schema at once', async () => {
    const bot = await newBot();
    const look = () => askAdmin(adminUrl(place), '{ viewer { handle } }', {}, bot);
    expect(await look()).toMatchObject({ status: 403, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    await done('grantAdmin', { userId: bot.id }, 'user { id }');
    expect(await look()).toMatchObject({ status: 200, data: { viewer: { handle: bot.handle } } });
    await done('revokeAdmin', { userId: bot.id }, 'user { id }');
    expect(await look()).toMatchObject({ status: 403 });
  });
});

describe('a revoked key', () => {
  it('closes the connections that were opened with it, and those of the bot’s other keys stay', async () => {
    const bot = await newBot();
    const { key } = await done('createBotKey', { userId: bot.id, name: 'another' }, 'key');
    const [ear, other] = [place.listen(bot), place.listen({ token: key })];
    await Promise.all([ear.ready(), other.ready()]);
    await done('revokeBotKey', { keyId: bot.keyId }, 'user { id }');
    expect(await ear.end()).toMatchObject({ ending: { how: 'closed', code: 4401 } });
    expect((await place.post(MeDocument, {}, bot)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    const [ben] = await place.people('ben');
    await place.say(ben, await place.direct(ben, bot), 'still there?');
    expect((await other.nextOf('MessageSent')).messageEdge?.node.text).toBe('still there?');
  });

  it('ends a subscription over HTTP, with an error that says why', async () => {
    const bot = await newBot();
    const response = await fetch(`${place.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${bot.token}` },
      body: JSON.stringify({ query: 'subscription { events { __typename } }' }),
    });
    const ended = response.text();
    await done('revokeBotKey', { keyId: bot.keyId }, 'user { id }');
    expect(await ended).toContain('UNAUTHENTICATED');
  });
});

describe('where DEVICE_POLICY allows users one device of a kind', () => {
  const newest = world({ DEVICE_POLICY: 'newest' });

  it('a bot can be connected with several keys at the same time', async () => {
    const { administration } = newest.node.chat;
    const { id: userId, handle } = await administration.createBot({ handle: 'bot.here' });
    const keys = await Promise.all(['one', 'two'].map((name) => administration.createBotKey(null, { userId, name })));
    const [one, two] = keys.map(({ key }) => newest.listen({ token: key }));
    await one?.ready();
    await two?.ready();
    const connected = async () => (await newest.node.chat.oversight.connections(userId)).length;
    await expect.poll(connected).toBe(2);
    const bot = { id: formatId('User', userId), handle, token: keys[0]?.key ?? '', refreshToken: '' };
    const id = await newest.group(bot);
    for (const ear of [one, two]) expect(await ear?.nextOf('ConversationOpened')).toMatchObject({ conversationEdge: { node: { id } } });
  });
});

describe('a key that is not valid', () => {
  it('is refused like any other invalid token', async () => {
    const { token } = await newBot();
    for (const key of [`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`, token.slice(0, 40), 'mpim_']) {
      const { errors } = await place.post(MeDocument, {}, { token: key });
      expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
      expect(await askAdmin(adminUrl(place), '{ viewer { handle } }', {}, { token: key })).toMatchObject({ status: 401 });
    }
  });
});
