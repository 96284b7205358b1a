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

/** A part of a run. Its seed determines the faults and the activity. `rounds` and `minutes` are minimums. */
export interface Part {
  readonly seed: number;
  readonly rounds: number;
  readonly minutes: number;
}

/** The options of a run. */
export interface RunOptions {
  /** Run one after the other, on the same nodes. */
  readonly parts: readonly Part[];
  readonly nodes: number;
  /** A file to also write the history to. */
  readonly file?: string | undefined;
}

// Some faults end at once: the activity goes on after them.
const leastRoundMs = 2 * graceMs;
const startMs = 30_000;
const lookMs = 20;

/**
 * Starts everything, runs rounds of faults, each followed by a rest in which every presence has to become correct, and returns all that
 * happened.
 */
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
      // Each user's second device ignores silence: it stays connected to its node through a long pause.
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

/** Stops the activity for as long as it may take until every presence is correct. */
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
