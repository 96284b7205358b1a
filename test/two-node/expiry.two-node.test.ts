import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { allOf } from '../../src/all-of.ts';
import { socketClient } from '../support/client.ts';
import { FollowDocument, MeDocument, RefreshTokenDocument } from '../support/generated/graphql.ts';
import { inWords, listening } from '../support/listening.ts';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { refusals } from '../support/refusal.ts';
import { realStores } from '../support/stores.ts';
import { type Doings, given, type Person, peopleOf } from '../support/world.ts';
import { type Ear, earOnSocket, earOnStream, refusalOnSocket, says } from './ear.ts';

// A test waits this long. A busy machine needs part of it to open what is to be ended.
const briefSeconds = '8';
// A timer may fire slightly before the clock reaches its time.
const timerMs = 50;

function expiryOf({ token }: Person): number {
  const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { readonly exp: number };
  return exp * 1_000;
}

describe('an access token', () => {
  const open = new AsyncDisposableStack();
  const ears: Ear[] = [];
  let nodes: readonly NodeProcess[];
  /** Issues tokens for a quarter of an hour. */
  let here: Doings;
  /** Issues tokens that expire soon. */
  let briefly: Doings;

  beforeAll(async () => {
    const { env } = open.use(await realStores());
    const started = await allOf(open, {
      usual: startNodeProcess(env),
      brief: startNodeProcess({ ...env, ACCESS_TOKEN_SECONDS: briefSeconds }),
    });
    nodes = [started.usual, started.brief];
    const [first, second] = nodes.map(({ url }) => peopleOf(() => url));
    if (first === undefined || second === undefined) throw new Error('two nodes were started');
    [here, briefly] = [first, second];
  });
  afterEach(() => {
    for (const ear of ears.splice(0)) ear.stop();
  });
  afterAll(() => open.disposeAsync());

  /** Returns the same session with the next pair of tokens. */
  async function refresh(person: Person, on: Doings): Promise<Person> {
    const { refreshToken: next } = await on.ask(RefreshTokenDocument, { input: { refreshToken: person.refreshToken } });
    return { ...person, token: given(next.accessToken, next.errors), refreshToken: given(next.refreshToken, next.errors) };
  }

  /** Subscribes on every node. */
  async function everywhere(kind: typeof earOnSocket, { token }: Person): Promise<readonly Ear[]> {
    const made = await Promise.all(nodes.map(({ url }) => kind({ url, token })));
    ears.push(...made);
    return made;
  }

  it('that expires ends all subscriptions that were opened with it, on every node, and nothing else of its session', async () => {
    const [ann, ben] = await here.people('ann', 'ben');
    const group = await here.group(ben, ann);
    const positions = await here.positions(ann);
    // The first token stays valid when the session is refreshed.
    const lasting = [...(await everywhere(earOnSocket, ann)), ...(await everywhere(earOnStream, ann))];
    const brief = await refresh(ann, briefly);
    const [onSockets, onStreams] = [await everywhere(earOnSocket, brief), await everywhere(earOnStream, brief)];
    const another = await everywhere(earOnSocket, ben);
    await here.say(ben, group, 'in time');
    for (const ear of [...onSockets, ...onStreams]) await ear.hear(says('in time'));

    for (const ear of onSockets) expect(await ear.end()).toEqual({ events: [], how: 4403 });
    for (const ear of onStreams) expect(await ear.end()).toEqual({ events: [], how: 'UNAUTHENTICATED' });
    expect(Date.now()).toBeGreaterThanOrEqual(expiryOf(brief) - timerMs);
    for (const { url } of nodes) {
      expect(refusals((await peopleOf(() => url).post(MeDocument, {}, brief)).errors)).toEqual(['UNAUTHENTICATED']);
      expect(await refusalOnSocket({ url, token: brief.token })).toBe(4403);
    }
    await briefly.say(ben, group, 'meanwhile');
    for (const ear of [...lasting, ...another]) await ear.hear(says('in time'), says('meanwhile'));

    const fresh = await refresh(brief, here);
    for (const { url } of nodes) {
      const resumed = listening(socketClient(url, fresh.token), 'events', FollowDocument, { after: positions });
      expect((await resumed.ready()).map(inWords)).toEqual(['MessageSent 3 in time', 'MessageSent 4 meanwhile', 'StreamReady']);
      resumed.stop();
    }
  });

  it('stays valid until it expires, whatever happens to the other tokens of its session', async () => {
    const [ann, ben] = await here.people('ann', 'ben');
    const group = await here.group(ben, ann);
    const all = [...(await everywhere(earOnSocket, ann)), ...(await everywhere(earOnStream, ann))];
    let newest = ann;
    for (const on of [briefly, here, briefly]) newest = await refresh(newest, on);
    await briefly.say(ben, group, 'still there?');
    for (const ear of all) expect((await ear.hear(says('still there?'))).map(inWords)).toEqual(['MessageSent 3 still there?']);
    expect((await here.ask(MeDocument, {}, ann)).viewer?.sessions).toHaveLength(1);
  });
});
