import { setTimeout as delay } from 'node:timers/promises';
import { randomFrom } from '../support/random.ts';
import { type Actor, assemble, type Cast, type Room } from './cast.ts';
import { connectDevice, type Device } from './device.ts';
import { faultsAbove, faultsBelow } from './fault.ts';
import { readLogs, readState } from './ground.ts';
import { createHistory, type History } from './history.ts';
import { type Life, startLife } from './life.ts';
import { type Stage, setStage } from './stage.ts';
import { runLane } from './weather.ts';

/** What decides a run. */
export interface RunOptions {
  readonly seed: number;
  /** How long there are faults at least, in minutes; each kind comes at least once. */
  readonly minutes: number;
  /** Where the history is written to as well. */
  readonly file?: string | undefined;
}

// After the last fault everybody has everything within this time. The longest wait of a node is a retry after 2 s, of a device 4 s of silence.
const settleMs = 20_000;
const lookMs = 50;

/** Starts everything, lets faults loose on it, waits until it is whole again, and answers all that happened. */
export async function runChaos({ seed, minutes, file }: RunOptions): Promise<History> {
  const history = createHistory(file);
  await using stage = await setStage(history);
  const cast = await assemble(stage.posts[0].node.url);
  await using devices = connectAll(cast, stage, seed, history);
  await until(() => devices.all.every((device) => device.ready()), 'a device does not get ready');
  const life = startLife({ cast, posts: stage.posts, devices: devices.all, random: randomFrom(seed + 1), history });
  const endAt = history.now() + minutes * 60_000;
  const scene = { stage, devices: devices.all, life };
  const going = (): boolean => history.now() < endAt;
  await Promise.all([
    runLane(faultsBelow, { scene, history, going, random: randomFrom(seed + 2) }),
    runLane(faultsAbove, { scene, history, going, random: randomFrom(seed + 3) }),
  ]);
  history.note({ what: 'healed' });
  await calmDown({ stage, cast, devices: devices.all, life, history });
  return history;
}

function connectAll(cast: Cast, { posts }: Stage, seed: number, history: History): { readonly all: readonly Device[] } & AsyncDisposable {
  const random = randomFrom(seed + 4);
  const all = cast.actors.flatMap(({ id, name, tokens, holds }) =>
    tokens.map((token, n) => {
      const nextNode = () => {
        const post = posts[random() < 0.5 ? 0 : 1];
        return { number: post.number, url: post.node.url };
      };
      return connectDevice({ name: `${name}/${n + 1}`, user: id, token, holds, nextNode, random, history });
    }),
  );
  async function leave(): Promise<void> {
    for (const device of all) device[Symbol.dispose]();
  }
  return { all, [Symbol.asyncDispose]: leave };
}

interface Ending {
  readonly stage: Stage;
  readonly cast: Cast;
  readonly devices: readonly Device[];
  readonly life: Life;
  readonly history: History;
}

/** Lets everything come to rest, and notes how it then stands. */
async function calmDown(ending: Ending): Promise<void> {
  const { stage, cast, life, history } = ending;
  await Promise.all(stage.posts.map(({ node }) => until(() => node.ready(), 'a node does not get ready')));
  await life.wind();
  await untilAllHave(ending);
  await noteStates(ending, false);
  // Markers are told by hints that may be lost, and the next move tells where they stand: so each has one more.
  for (const speaker of cast.actors.slice(0, 2)) {
    await Promise.all(cast.rooms.map((room) => life.say(speaker, room)));
    await untilAllHave(ending);
    await Promise.all(cast.rooms.flatMap((room) => cast.actors.map((actor) => life.markHead(actor, room))));
    await untilMarkersTold(ending, speaker);
  }
  await noteStates(ending, true);
  for (const log of await readLogs(stage.databaseUrl, cast)) history.note(log);
}

async function untilAllHave(ending: Ending): Promise<void> {
  const logs = await readLogs(ending.stage.databaseUrl, ending.cast);
  const open = (): readonly string[] =>
    ending.devices.flatMap((device) =>
      logs
        .filter(({ kind, stream }) => kind === 'conversation' || stream === device.user)
        .filter(({ stream, lastSeq }) => (device.position(stream) ?? 0) < lastSeq)
        .map(({ stream, lastSeq }) => `${device.name} has ${stream} up to ${device.position(stream)} of ${lastSeq}`),
    );
  await settled(ending, open);
}

/** Whoever spoke last had nothing to mark. */
async function untilMarkersTold(ending: Ending, speaker: Actor): Promise<void> {
  const told = ({ readSeq, position }: Device, { id }: Room): boolean => readSeq(id) === position(id);
  const open = (): readonly string[] =>
    ending.devices
      .filter(({ user }) => user !== speaker.id)
      .flatMap((device) =>
        ending.cast.rooms.filter((room) => !told(device, room)).map(({ id }) => `${device.name} was told ${device.readSeq(id)} in ${id}`),
      );
  await settled(ending, open);
}

/** Waits until nothing is open any more; what still is after the bound is noted. */
async function settled({ history }: Ending, open: () => readonly string[]): Promise<void> {
  const deadline = history.now() + settleMs;
  while (open().length > 0 && history.now() < deadline) await delay(lookMs);
  const ms = settleMs;
  for (const detail of open()) history.note({ what: 'late', detail: `${detail}, ${ms} ms after everything was healed` });
}

async function noteStates({ stage, cast, history }: Ending, markersTold: boolean): Promise<void> {
  for (const [n, actor] of cast.actors.entries()) {
    for (const room of cast.rooms) history.note(await readState(stage.posts[n % 2 === 0 ? 0 : 1], actor, room, markersTold));
  }
}

async function until(done: () => boolean | Promise<boolean>, otherwise: string): Promise<void> {
  for (const deadline = performance.now() + settleMs; !(await done()); await delay(lookMs)) {
    if (performance.now() > deadline) throw new Error(`${otherwise} within ${settleMs} ms`);
  }
}
