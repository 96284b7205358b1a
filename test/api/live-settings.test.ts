import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { options } from '../../src/config/index.ts';
import { SendMessageDocument } from '../support/generated/graphql.ts';
import { password, world } from '../support/world.ts';
import { act, effects, outcome, type Place } from './live-settings.ts';

const running = world();
const place: Place = {
  world: running,
  async set(name, value) {
    await running.node.chat.settings.set(null, { settings: [{ name, value }] });
  },
};

afterEach(async () => {
  await running.node.chat.settings.rollBack(null, { version: 0 });
});

describe('a setting', () => {
  it('has a test of its effect for every option that is one', () => {
    const live = Object.entries(options).flatMap(([name, option]) => ('live' in option ? [name] : []));
    expect(Object.keys(effects).toSorted()).toEqual(live.toSorted());
  });

  it.each(Object.entries(effects))('%s takes effect at once, without a restart', async (_name, show) => {
    await show(place);
  });
});

describe('during maintenance', () => {
  const source = (name: string) =>
    `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { errors { code } } }`;

  it('users can sign in and refresh their token, and nobody can sign up', async () => {
    const [ann] = await running.people('ann');
    await place.set('maintenance', 'true');
    expect(await act(place, 'signIn', { handle: ann.handle, password })).toBe('DONE');
    expect(await act(place, 'refreshToken', { refreshToken: ann.refreshToken })).toBe('DONE');
    expect(await act(place, 'signUp', { handle: `h.${randomUUID().slice(0, 8)}`, password })).toBe('UNAVAILABLE');
  });

  it('no other mutation gets through beside a sign-in, in a fragment or under an alias', async () => {
    const [ann] = await running.people('ann');
    await place.set('maintenance', 'true');
    const signIn = `signIn(input: { handle: "${ann.handle}", password: "${password}" }) { errors { code } }`;
    const other = 'updateProfile(input: { displayName: "Other" }) { errors { code } }';
    for (const document of [
      `mutation { ${signIn} ${other} }`,
      `mutation { ...F } fragment F on Mutation { ${other} }`,
      `mutation { signIn: ${other} }`,
      `query Q { viewer { user { handle } } } mutation M { ${other} }`,
    ]) {
      const operation = document.startsWith('query') ? { operationName: 'M' } : {};
      const response = await fetch(`${running.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${ann.token}` },
        body: JSON.stringify({ query: document, ...operation }),
      });
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE', maintenance: true } }] });
    }
    expect(await outcome(place, '{ viewer { user { displayName } } }', {}, ann)).toBe('DONE');
  });

  it('a mutation over a socket is refused too, and the socket stays open', async () => {
    const [ann, ben] = await running.people('ann', 'ben');
    const conversationId = await running.group(ann, ben);
    const client = running.socket(ann);
    const send = () => {
      const input = { conversationId, clientMessageId: randomUUID(), text: 'soon' };
      return client.iterate({ query: source('sendMessage'), variables: { input } }).next();
    };
    await place.set('maintenance', 'true');
    expect(await send()).toMatchObject({
      value: {
        errors: [{ message: 'Maintenance is under way. Try again later.', extensions: { code: 'UNAVAILABLE', maintenance: true } }],
      },
    });
    await place.set('maintenance', 'false');
    expect(await send()).toMatchObject({ value: { data: { sendMessage: { errors: [] } } } });
  });

  it('the HTTP status is 503 for clients that accept application/graphql-response+json', async () => {
    const [ann] = await running.people('ann');
    await place.set('maintenance', 'true');
    const response = await fetch(`${running.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
        authorization: `Bearer ${ann.token}`,
      },
      body: JSON.stringify({ query: 'mutation { updateProfile(input: {}) { errors { code } } }' }),
    });
    expect(response.status).toBe(503);
  });

  it('a refused message can be sent again with the same clientMessageId afterwards', async () => {
    const [ann, ben] = await running.people('ann', 'ben');
    const input = { conversationId: await running.group(ann, ben), clientMessageId: randomUUID(), text: 'once' };
    await place.set('maintenance', 'true');
    expect((await running.post(SendMessageDocument, { input }, ann)).errors).toMatchObject([{ extensions: { retryable: true } }]);
    await place.set('maintenance', 'false');
    expect((await running.ask(SendMessageDocument, { input }, ann)).sendMessage.errors).toEqual([]);
  });
});
