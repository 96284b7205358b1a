import { describe, expect, it } from 'vitest';
import { Cost } from '../../schema/index.ts';
import { type Person, password, world } from '../support/world.ts';
import { type HttpAnswer, post } from './http.ts';

/** Reads the group once for each id, and of it so many pages of messages. */
async function read(
  url: string,
  { token }: Person,
  { ids, pages }: { readonly ids: readonly string[]; readonly pages: number },
): Promise<HttpAnswer> {
  const fields = Array.from({ length: pages }, (_, place) => `a${place}: messages(last: 1) { pageInfo { endCursor } }`);
  const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Group { ${fields.join(' ')} } } }`;
  return post(url, query, { authorization: `Bearer ${token}`, accept: 'application/graphql-response+json' }, { ids });
}

describe('what a query costs', () => {
  const place = world();

  it('is limited by what it really reads, and the answer to more is one error', async () => {
    const [ann] = await place.people('ann');
    const group = await place.group(ann);
    const some = await read(place.url, ann, { ids: Array(40).fill(group), pages: 60 });
    expect(some.errors).toBeUndefined();
    expect(some.data.nodes).toHaveLength(40);
    const { status, data, errors } = await read(place.url, ann, { ids: Array(100).fill(group), pages: 60 });
    expect([status, data]).toEqual([400, undefined]);
    expect(errors).toEqual([
      {
        message: 'This operation resolves more than 250000 fields, of which each page counts as 50. Request less at a time.',
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
  });
});

describe('the cost of an operation', () => {
  it('is too much beyond 250,000 fields', () => {
    const cost = new Cost();
    cost.add(249_999);
    cost.add(1);
    expect([cost.fields, cost.excess]).toEqual([250_000, null]);
    cost.add(1);
    expect(cost.excess).toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});

describe('what a mutation costs', () => {
  const place = world();

  it('is limited in what its payload reads, and the payload says what it has done', async () => {
    const [ann] = await place.people('ann');
    const groups = await Promise.all(Array.from({ length: 40 }, () => place.group(ann)));
    const pages = Array.from({ length: 150 }, (_, at) => `a${at}: messages(last: 1) { pageInfo { endCursor } }`).join(' ');
    const mutation = `mutation ($group: ID!) {
      costly: updateSettings(input: { lastSeen: false }) { errors { code } viewer { conversations(first: 100) { edges { node { ${pages} } } } } }
      next: updateGroup(input: { groupId: $group, name: "bees" }) { errors { code } group { name } }
    }`;
    const { status, data, errors } = await post(place.url, mutation, { authorization: `Bearer ${ann.token}` }, { group: groups[0] });
    expect(status).toBe(200);
    expect(data).toEqual({ costly: { errors: [], viewer: null }, next: { errors: [], group: { name: 'bees' } } });
    expect(errors).toMatchObject([{ message: expect.stringContaining('250000 fields'), extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(errors?.[0]?.path?.slice(0, 2)).toEqual(['costly', 'viewer']);
  });
});

describe('the pace of a user', () => {
  const place = world({ OPERATIONS_PER_SECOND: '1' });

  it('counts what an operation has resolved beyond 250 fields, 250 as one more, and does not refuse that one', async () => {
    const [ann] = await place.people('ann');
    const group = await place.group(ann);
    // 5,000 fields for the pages, and 301 for nodes, pageInfo and endCursor: twenty-one operations.
    expect((await read(place.url, ann, { ids: Array(100).fill(group), pages: 1 })).errors).toBeUndefined();
    const { status, errors } = await read(place.url, ann, { ids: [group], pages: 1 });
    expect(status).toBe(429);
    const [{ extensions } = {}] = errors ?? [];
    expect(extensions).toEqual({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
    // Of ten seconds’ worth, one or two were used before.
    expect(extensions?.['retryAfterMs']).toBeGreaterThan(10_000);
    expect(extensions?.['retryAfterMs']).toBeLessThan(16_000);
  });

  it('does not count the fields of small operations', async () => {
    const [eve] = await place.people('eve');
    const look = () => post(place.url, '{ viewer { user { id handle displayName } } }', { authorization: `Bearer ${eve.token}` });
    // Ten seconds’ worth, and the one after it.
    for (let time = 0; time < 11; time += 1) expect((await look()).errors).toBeUndefined();
    expect((await look()).errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
  });

  it('counts what the answer to a sign-in has resolved', async () => {
    const [bea] = await place.people('bea');
    await place.group(bea);
    const pages = Array.from({ length: 60 }, (_, at) => `a${at}: messages(last: 1) { pageInfo { endCursor } }`).join(' ');
    const signIn = `mutation ($i: SignInInput!) { signIn(input: $i) { viewer { conversations { edges { node { ${pages} } } } } } }`;
    expect((await post(place.url, signIn, {}, { i: { handle: bea.handle, password } })).errors).toBeUndefined();
    const { errors } = await post(place.url, '{ viewer { user { id } } }', { authorization: `Bearer ${bea.token}` });
    expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
  });
});
