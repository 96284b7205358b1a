import { describe, expect, it } from 'vitest';
import { schema } from '../../schema/index.ts';
import { backend } from '../support/issuer.ts';
import { world } from '../support/world.ts';
import { type Act, acts, type Cast, doing, type Watcher } from './converge-acts.ts';
import { type Device, readDevice, type State } from './converge-device.ts';
import { keptActs } from './converge-kept-acts.ts';
import { operatorActs } from './converge-operator-acts.ts';
import { pollActs } from './converge-poll-acts.ts';
import { scheduledActs } from './converge-scheduled-acts.ts';
import { readVersions, unseenChanges } from './converge-versions.ts';
import { waitingActs } from './converge-waiting-acts.ts';

// Nothing is at this address: the users in these tests are connected, so that nothing is pushed.
const chat = world({
  DRAFT_TELL_MS: '0',
  PUSH_PROVIDER_URL: 'http://127.0.0.1:9',
  PUSH_PROVIDER_SECRET: `whsec_${'A'.repeat(32)}`,
  ...backend,
});

/** A value for each device. */
type Each<T> = Readonly<Record<Watcher, T>>;

async function cast() {
  const [ann, ben, cat, dan] = await chat.people('ann', 'ben', 'cat', 'dan');
  const people: Cast = { ann, ben, cat, dan };
  const everybody = [ann, ben, cat, dan];
  const desk = await chat.anotherDevice(ann);
  async function each<T>(of: (person: Cast['ann']) => Promise<T>): Promise<Each<T>> {
    const [first, second, third, fourth, fifth] = await Promise.all([of(ann), of(desk), of(ben), of(cat), of(dan)]);
    return { ann: first, desk: second, ben: third, cat: fourth, dan: fifth };
  }
  return {
    people,
    devices: () => each((person) => readDevice(chat, person, everybody)),
  };
}

/** Sends every device an entry that arrives after everything before it, and leaves nothing to show. */
async function closeRound(): Promise<void> {
  const { notices } = chat.node.chat;
  const { notice } = await notices.post(null, { title: 'Round', body: 'Closed.', to: 'ALL' });
  if (notice !== null) await notices.revoke(notice.id);
}

function watchers(states: Each<unknown>): readonly Watcher[] {
  return Object.keys(states) as Watcher[];
}

function twins({ ann, desk, ben, cat, dan }: Each<Device>): Each<Device> {
  return { ann: ann.twin(), desk: desk.twin(), ben: ben.twin(), cat: cat.twin(), dan: dan.twin() };
}

function changed(before: Each<State>, after: Each<State>): readonly Watcher[] {
  return watchers(before).filter((watcher) => JSON.stringify(before[watcher].view()) !== JSON.stringify(after[watcher].view()));
}

/** Expects that these devices, once they have every entry, show the same as new ones. */
async function expectConverged(devices: Each<Device>, fresh: Each<State>, whose: readonly Watcher[]): Promise<void> {
  for (const watcher of whose) {
    await devices[watcher].reach(fresh[watcher].positions);
    expect(devices[watcher].view(), watcher).toEqual(fresh[watcher].view());
  }
}

const own = [...acts, ...pollActs, ...scheduledActs, ...waitingActs, ...keptActs];
const named = [...own, ...operatorActs].map((act): [string, Act] => [`${act.by}, ${act.what}`, act]);

describe('a device that applies events, live or after it was offline, shows the same as a new device, after', () => {
  it.each(named)('%s', async (_name, { by, prepare, changes, toldLater }) => {
    const { people, devices } = await cast();
    const act = await prepare(chat, people, doing(chat, by));
    const away = await devices();
    const following = twins(away);
    await Promise.all(Object.values(following).map((device) => device.connect()));
    const versions = await readVersions(chat.stores);
    await act();
    expect(unseenChanges(versions, await readVersions(chat.stores))).toEqual([]);
    await closeRound();
    const fresh = await devices();
    expect(changed(away, fresh)).toEqual(changes);
    await expectConverged(following, fresh, watchers(fresh));
    await Promise.all(Object.values(away).map((device) => device.connect()));
    await expectConverged(away, fresh, toldLater ?? watchers(fresh));
  });
});

it('every mutation has an act', () => {
  const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {});
  expect([...new Set(own.map(({ by }) => by))].toSorted()).toEqual(mutations.toSorted());
});
