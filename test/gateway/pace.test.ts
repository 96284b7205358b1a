import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createPace, pointsOf } from '../../gateway/pace.ts';
import { subscribe } from '../support/client.ts';
import { FollowDocument, MeDocument, SignInDocument } from '../support/generated/graphql.ts';
import { type Person, password, world } from '../support/world.ts';
import { post } from './http.ts';

describe('the pace of a user', () => {
  function paced(operationsPerSecond: number) {
    const config = { operationsPerSecond, botOperationsPerSecond: 4 };
    let at = 5_000;
    const pace = createPace(config, () => at);
    function take(userId: bigint, points = 1, bot = false): number | null {
      try {
        pace.take({ userId, bot }, points);
        return null;
      } catch (error) {
        return (error as { readonly retryAfterMs: number }).retryAfterMs;
      }
    }
    const charge = (userId: bigint, points: number) => pace.charge({ userId, bot: false }, points);
    return { config, take, charge, wait: (ms: number) => (at += ms) };
  }

  it('allows ten seconds’ worth at once, and then as much as the rate', () => {
    const { take, wait } = paced(2);
    for (let time = 0; time < 21; time += 1) expect(take(1n)).toBeNull();
    expect(take(1n)).toBe(500);
    wait(499);
    expect(take(1n)).toBe(1);
    wait(1);
    expect([take(1n), take(1n)]).toEqual([null, 500]);
    wait(60_000);
    for (let time = 0; time < 21; time += 1) expect(take(1n)).toBeNull();
    expect(take(1n)).toBe(500);
  });

  it('is the user’s own, and refused operations do not count', () => {
    const { take, wait } = paced(1);
    for (let time = 0; time < 100; time += 1) take(1n);
    expect(take(1n)).toBe(1_000);
    expect(take(2n)).toBeNull();
    wait(1_000);
    expect(take(1n)).toBeNull();
  });

  it('allows an operation of more than ten seconds’ worth by itself, and delays the next one', () => {
    const { take, wait } = paced(1);
    expect(take(1n, 25)).toBeNull();
    expect(take(1n)).toBe(15_000);
    wait(15_000);
    expect(take(1n)).toBeNull();
  });

  it('counts what an operation turned out to cost, however much was used before', () => {
    const { take, charge, wait } = paced(2);
    expect(take(1n, 25)).toBeNull();
    charge(1n, 5);
    charge(2n, 0.5);
    expect(take(1n)).toBe(5_000);
    wait(5_000);
    expect([take(1n), take(1n)]).toEqual([null, 500]);
  });

  it('is different for bots', () => {
    const { take } = paced(1);
    for (let time = 0; time < 41; time += 1) expect(take(1n, 1, true)).toBeNull();
    expect(take(1n, 1, true)).toBe(250);
  });

  it('follows the current setting, and has no limit if it is 0', () => {
    const { config, take } = paced(1);
    for (let time = 0; time < 12; time += 1) take(1n);
    expect(take(1n)).not.toBeNull();
    config.operationsPerSecond = 0;
    expect(take(1n)).toBeNull();
  });
});

describe('the points of an operation', () => {
  it.each([
    ['{ viewer { user { id } } viewer { user { handle } } }', 1],
    ['subscription { events { __typename } }', 1],
    ['mutation { a: signOut(input: {}) { sessionId } b: signOut(input: {}) { sessionId } }', 2],
    [
      `mutation { ...Both ... on Mutation { c: signOut(input: {}) { sessionId } } }
       fragment Both on Mutation { a: signOut(input: {}) { sessionId } ...One } fragment One on Mutation { b: signOut(input: {}) { sessionId } }`,
      3,
    ],
  ])('are, for %s, %i', (source, points) => {
    const document = parse(source);
    expect([pointsOf(document, undefined), pointsOf(document, undefined)]).toEqual([points, points]);
  });

  it('are those of the operation that runs', () => {
    const document = parse(
      'query A { viewer { user { id } } } mutation B { a: signOut(input: {}) { sessionId } b: signOut(input: {}) { sessionId } }',
    );
    expect([pointsOf(document, 'A'), pointsOf(document, 'B')]).toEqual([1, 2]);
  });
});

describe('a user beyond OPERATIONS_PER_SECOND', () => {
  const place = world({ OPERATIONS_PER_SECOND: '1' });

  /** Uses twenty-five seconds’ worth in one operation. */
  async function exhaust({ token }: Pick<Person, 'token'>): Promise<void> {
    const acts = Array.from({ length: 25 }, (_, place) => `a${place}: updateSettings(input: {}) { errors { code } }`);
    const { errors } = await post(place.url, `mutation { ${acts.join(' ')} }`, { authorization: `Bearer ${token}` });
    expect(errors).toBeUndefined();
  }

  it('is refused with the time to retry, over HTTP and over a socket, on every device; signing in and other users are not affected', async () => {
    const [ann, ben] = await place.people('ann', 'ben');
    const phone = await place.anotherDevice(ann);
    const socket = place.socket(ann);
    await exhaust(ann);

    const refused = await post(place.url, '{ viewer { user { id } } }', {
      ...{ authorization: `Bearer ${phone.token}`, accept: 'application/graphql-response+json' },
    });
    expect(refused.status).toBe(429);
    expect(refused.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) } }]);
    const { value: followed } = await subscribe(socket, FollowDocument, {}).next();
    expect(followed.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) } }]);

    expect((await place.ask(SignInDocument, { input: { handle: ann.handle, password } }, ann)).signIn.errors).toEqual([]);
    expect((await place.post(MeDocument, {}, ben)).errors).toBeUndefined();
  });
});
