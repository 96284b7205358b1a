import { afterAll, beforeAll, expect, it } from 'vitest';
import { allOf } from '../../src/all-of.ts';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { randomFrom } from '../support/random.ts';
import { realStores } from '../support/stores.ts';
import { peopleOf } from '../support/world.ts';
import { type Churn, change, end, type Follower, seqsIn, speak, stay, type Visit, visit, wander } from './membership-churn.ts';
import { openRedisGate, type RedisGate } from './redis-gate.ts';
import { readTruth, seqsOf, type Truth } from './stay.ts';

// Per node. Enough that each of the three joins and leaves about ten times, few enough for seconds.
const changes = 40;
const messages = 60;
// At the start, the group has three members: the owner and two of the three users. Entries from before everybody has subscribed do not
// count.
const firstSeq = 4;

/**
 * Makes both nodes act at the same time. Returns the visits of all users who were added. `lost`: the share of messages on the bus that are
 * dropped.
 */
async function act(comings: Churn, gate: RedisGate, lost: number): Promise<readonly Visit[]> {
  const { nodes, random, owner, group } = comings;
  gate.lose(() => random() < lost);
  const visits: Promise<Visit>[] = [];
  await Promise.all(
    nodes.flatMap(({ doings }, node) => [
      (async () => {
        for (let n = 0; n < changes; n += 1) {
          const added = await change(comings, doings);
          if (added !== null) visits.push(visit(comings, added));
        }
      })(),
      (async () => {
        for (let n = 0; n < messages; n += 1) await speak(comings, doings, `${node}/${n}`);
      })(),
    ]),
  );
  expect(gate.lost() > 0).toBe(lost > 0);
  gate.mend();
  await nodes[0]?.doings.say(owner, group, 'good-bye');
  return Promise.all(visits);
}

function entitled({ user }: Follower, { stays, lastSeq }: Truth): readonly number[] {
  return seqsOf(stays(user.id), lastSeq).filter((seq) => seq >= firstSeq);
}

/**
 * A wanderer may be disconnected when a stay ends, and then receives the beginning of it, without a gap. Of a current stay they receive
 * everything.
 */
function expectBeginnings(received: readonly number[], { id }: { readonly id: string }, { stays, lastSeq }: Truth): void {
  const of = stays(id).map((one) => {
    const all = seqsOf([one], lastSeq).filter((seq) => seq >= firstSeq);
    const count = received.filter((seq) => all.includes(seq)).length;
    return one.untilSeq === Number.POSITIVE_INFINITY ? all : all.slice(0, count);
  });
  expect(received).toEqual(of.flat());
}

/** A visit receives everything of the stay from its start on, and then the end of the stay. */
function expectWhole({ user, start, seqs, how }: Visit, { stays, lastSeq }: Truth): void {
  const during = stays(user.id).find(({ fromSeq, untilSeq }) => start !== null && fromSeq <= start && start < untilSeq);
  const rest = during === undefined ? [] : seqsOf([{ ...during, fromSeq: (start ?? 0) + 1 }], lastSeq);
  const lasts = during?.untilSeq === Number.POSITIVE_INFINITY;
  expect({ seqs, how }).toEqual({ seqs: rest, how: lasts ? 'good-bye' : 'NOT_FOUND' });
  // It started within a stay: StreamReady never comes without one.
  expect(during === undefined).toBe(start === null);
}

/** If the last stay is current, reads on to the newest entry. */
async function readOn({ user, subscriber }: Follower, { nodes, group }: Churn, { stays, lastSeq }: Truth): Promise<void> {
  const isNewest = (event: object) => 'seq' in event && 'streamId' in event && event.streamId === group && event.seq === lastSeq;
  const lasts = stays(user.id).at(-1)?.untilSeq === Number.POSITIVE_INFINITY;
  if (lasts && !subscriber.received.some(isNewest)) await subscriber.attend(nodes[0]?.url ?? '', isNewest);
}

const open = new AsyncDisposableStack();
let gate: RedisGate;
let databaseUrl: string;
let first: NodeProcess;
let second: NodeProcess;

beforeAll(async () => {
  const stores = open.use(await realStores());
  gate = open.use(await openRedisGate(Number(new URL(stores.env['REDIS_URL'] ?? '').port)));
  databaseUrl = stores.env['DATABASE_URL'] ?? '';
  const env = { ...stores.env, REDIS_URL: gate.url, HEAD_CHECK_MS: '200' };
  ({ first, second } = await allOf(open, { first: startNodeProcess(env), second: startNodeProcess(env) }));
});
afterAll(() => open.disposeAsync());

it.each([
  { bus: 'a bus that works', lost: 0 },
  { bus: 'a bus that loses half', lost: 0.5 },
])('a user receives every message of their memberships once, in order, and nothing else, with $bus', async ({ lost }) => {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31) + 1);
  const here = peopleOf(() => first.url);
  const nodes = [
    { url: first.url, doings: here },
    { url: second.url, doings: peopleOf(() => second.url) },
  ];
  const [owner, ...users] = await here.people('owner', 'ann', 'ben', 'cyd');
  const [group, own] = [await here.group(owner, ...users.slice(1)), await Promise.all(users.map((user) => here.group(user)))];
  const comings: Churn = { nodes, owner, group, users, own, random: randomFrom(seed) };

  const [staying, wandering] = [await stay(comings), await wander(comings)];
  const visits = await act(comings, gate, lost);
  const truth = await readTruth(databaseUrl, group);
  for (const one of staying) await expect.poll(() => seqsIn(one, group), { message: `seed ${seed}` }).toEqual(entitled(one, truth));
  await end(comings);
  await Promise.all([...staying, ...wandering].map(({ done }) => done));
  for (const one of wandering) await readOn(one, comings, truth);

  try {
    for (const one of staying) expect(seqsIn(one, group)).toEqual(entitled(one, truth));
    expect(staying.flatMap(({ resyncs }) => resyncs)).toEqual([]);
    for (const one of wandering) expectBeginnings(seqsIn(one, group), one.user, truth);
    for (const one of visits) expectWhole(one, truth);
  } catch (error) {
    throw new Error(`seed ${seed}`, { cause: error });
  }
}, 60_000);
