import { setTimeout as delay } from 'node:timers/promises';
import { createChronicle } from '../../chaos/chronicle.ts';
import { randomFrom } from '../../support/random.ts';
import { assemble, type Cast, watchersPerNode } from './cast.ts';
import { type Device, makeDevice } from './device.ts';
import { befall, planRounds } from './fault.ts';
import type { Happening, History } from './history.ts';
import { type Life, startLife } from './life.ts';
import { type Stage, setStage } from './stage.ts';
import { graceMs, rightWithinMs } from './times.ts';
import { startWatcher, type Watcher } from './watcher.ts';

/** A part of a run: its seed decides faults and what people do, for so long at least. */
export interface Part {
  readonly seed: number;
  readonly rounds: number;
  readonly minutes: number;
}

/** What decides a run. */
export interface RunOptions {
  /** One after the other, on the same nodes. */
  readonly parts: readonly Part[];
  readonly nodes: number;
  /** Where the history is written to as well. */
  readonly file?: string | undefined;
}

// Some faults are over at once: people go on coming and going after them.
const leastRoundMs = 2 * graceMs;
const startMs = 30_000;
const lookMs = 20;

/** Starts everything, has one round of faults after the other, each followed by a rest in which all has to come right, and answers all that happened. */
export async function runPresence({ parts, nodes, file }: RunOptions): Promise<History> {
  const history = createChronicle<Happening>(file);
  await using stage = await setStage(history, nodes);
  const [first] = stage.posts;
  if (first === undefined) throw new Error('there is no node');
  const cast = await assemble(first.node.url, nodes);
  for (const part of parts) await live({ cast, stage, history }, part);
  return history;
}

interface Place {
  readonly cast: Cast;
  readonly stage: Stage;
  readonly history: History;
}

async function live({ cast, stage, history }: Place, { seed, rounds, minutes }: Part): Promise<void> {
  const endAt = history.now() + minutes * 60_000;
  using scene = enter(cast, stage, seed, history);
  await untilDone(() => scene.watchers.every(({ complete }) => complete), 'a watcher is not told of everybody');
  await using life = startLife(scene.lives);
  const random = randomFrom(seed + 1);
  let left = rounds;
  for (const round of planRounds(stage.posts.length, randomFrom(seed + 2))) {
    await Promise.all([delay(leastRoundMs), ...round.map((plan) => befall(plan, stage, random, history))]);
    await rest(life, scene.devices, history);
    left -= 1;
    if (left <= 0 && history.now() >= endAt) break;
    life.wake();
  }
}

interface Scene extends Disposable {
  readonly devices: readonly Device[];
  readonly watchers: readonly Watcher[];
  readonly lives: Parameters<typeof startLife>[0];
}

function enter({ people, watchers }: Cast, { posts }: Stage, seed: number, history: History): Scene {
  const open = new DisposableStack();
  const lives = people.map((actor, place) => {
    const random = randomFrom(seed + 100 + place);
    const devices = actor.tokens.map((token, n) =>
      // The second of three notices nothing: such a device is still there when its node is, after a long pause.
      open.use(makeDevice({ name: `${actor.name}/${n + 1}`, user: actor.name, token, patient: n === 1, posts, random, history })),
    );
    return { actor, devices, posts, random, history };
  });
  const watching = watchers.map((actor, place) => {
    const post = posts[Math.floor(place / watchersPerNode)];
    if (post === undefined) throw new Error('a watcher without a node');
    return open.use(startWatcher({ actor, people, post, history }));
  });
  const parts = open.move();
  return { lives, devices: lives.flatMap(({ devices }) => devices), watchers: watching, [Symbol.dispose]: () => parts.dispose() };
}

/** Lets everybody stay as they are for as long as it may take until everybody is seen so. */
async function rest(life: Life, devices: readonly Device[], history: History): Promise<void> {
  await life.rest();
  const began = history.now();
  await delay(rightWithinMs);
  history.note({ what: 'rest', began, here: devices.filter(({ here }) => here).map(({ name }) => name) });
}

async function untilDone(done: () => boolean, otherwise: string): Promise<void> {
  for (const deadline = performance.now() + startMs; !done(); await delay(lookMs)) {
    if (performance.now() > deadline) throw new Error(`${otherwise} within ${startMs} ms`);
  }
}
