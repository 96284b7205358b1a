import { setTimeout as delay } from 'node:timers/promises';
import { randomFrom } from '../support/random.ts';
import { assemble, type Cast } from './cast.ts';
import { createChronicle } from './chronicle.ts';
import { readLogs, readStates } from './database-state.ts';
import { readKept, readPolls, untoldDrafts } from './database-state-kept.ts';
import { connectDevice, type Device } from './device.ts';
import { faultsAbove, faultsBelow } from './fault.ts';
import { runLane } from './fault-lane.ts';
import type { Happening, History, LogRecord, StateRecord } from './history.ts';
import { type Life, startLife } from './life.ts';
import { look, watch } from './look.ts';
import { totalsOf } from './report.ts';
import { type Stage, setStage } from './stage.ts';
import { type Trimming, trimAccounts } from './trimming.ts';
import type { Totals } from './verdict.ts';

/** The options of a run. */
export interface RunOptions {
  readonly seed: number;
  /** The minimum time with faults, in minutes. Each kind happens at least once. */
  readonly minutes: number;
  /**
   * After the last fault, the activity goes on until each of these totals is exceeded, for up to two minutes: a slow machine gets less
   * done during the faults.
   */
  readonly moreThan?: Totals | undefined;
  /** A file to also write the history to. */
  readonly file?: string | undefined;
}

// After the last fault everybody has everything within this time. The longest waits are a node's retry after 2 s, and a device's 4 s of
// silence.
const settleMs = 20_000;
const lookMs = 50;
// A round of faults takes half a minute, and on a busy machine nodes need most of it to restart: users then send half of the usual number
// of messages, or less. Without faults the rest is sent within seconds.
const longerMs = 120_000;

/** Starts everything, runs the faults, waits until everything has recovered, and returns all that happened. */
export async function runChaos({ seed, minutes, moreThan = {}, file }: RunOptions): Promise<History> {
  const history = createChronicle<Happening>(file);
  await using stage = await setStage(history);
  const cast = await assemble(stage.posts[0].node.url);
  await using devices = connectAll(cast, stage, seed, history);
  await until(() => devices.all.every((device) => device.ready()), 'a device does not get ready');
  const life = startLife({ cast, posts: stage.posts, devices: devices.all, random: randomFrom(seed + 1), history });
  await using trimming = trimAccounts(stage.databaseUrl, { actors: cast.actors, devices: devices.all, history });
  await using watching = watch(stage.databaseUrl, cast, history);
  const endAt = history.now() + minutes * 60_000;
  const scene = { stage, devices: devices.all, life };
  const going = (): boolean => history.now() < endAt;
  await Promise.all([
    runLane(faultsBelow, { scene, history, going, random: randomFrom(seed + 2) }),
    runLane(faultsAbove, { scene, history, going, random: randomFrom(seed + 3) }),
  ]);
  history.note({ what: 'healed' });
  const deadline = history.now() + longerMs;
  while (isShort(history, moreThan) && history.now() < deadline) await delay(lookMs);
  await calmDown({ stage, cast, devices: devices.all, life, history, trimming });
  await watching.end();
  return history;
}

function isShort(history: History, moreThan: Totals): boolean {
  const totals = totalsOf(history);
  return Object.entries(moreThan).some(([name, n]) => (totals[name] ?? 0) <= n);
}

function connectAll(cast: Cast, { posts }: Stage, seed: number, history: History): { readonly all: readonly Device[] } & AsyncDisposable {
  const random = randomFrom(seed + 4);
  const all = cast.actors.flatMap(({ id, name, tokens, holds }) =>
    tokens.map((token, n) => {
      const nextNode = () => {
        const post = posts[random() < 0.5 ? 0 : 1];
        return { number: post.number, url: post.clients.url };
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
  readonly trimming: Trimming;
}

/** Lets everything settle, and records the final state. */
async function calmDown(ending: Ending): Promise<void> {
  const { stage, cast, life, history, trimming } = ending;
  await Promise.all(stage.posts.map(({ node }) => until(() => node.ready(), 'a node does not get ready')));
  await life.wind();
  await until(async () => (await untoldDrafts(stage.databaseUrl)) === 0, 'devices are not told of a draft');
  const logs = await readLogs(stage.databaseUrl, cast, await trimming.end());
  await untilAllHave(ending, logs);
  const states = await allStates(ending);
  history.note(await look(stage.databaseUrl, cast, { spent: true }));
  await untilMarkersTold(ending, logs, states);
  for (const state of states) history.note(state);
  for (const log of logs) history.note(log);
  for (const poll of await readPolls(stage.databaseUrl, cast, stage.posts[1])) history.note(poll);
  for (const kept of await readKept(stage.databaseUrl, cast)) history.note(kept);
}

async function untilAllHave(ending: Ending, logs: readonly LogRecord[]): Promise<void> {
  const open = (): readonly string[] =>
    ending.devices.flatMap((device) =>
      logs
        .filter(({ kind, stream, between }) => between?.includes(device.user) ?? (kind === 'conversation' || stream === device.user))
        .filter(({ stream, lastSeq }) => (device.position(stream) ?? 0) < lastSeq)
        .map(({ stream, lastSeq }) => `${device.name} has ${stream} up to ${device.position(stream)} of ${lastSeq}`),
    );
  await settled(ending, open);
}

async function allStates({ stage, cast }: Ending): Promise<readonly StateRecord[]> {
  const states: StateRecord[] = [];
  for (const [n, actor] of cast.actors.entries()) states.push(...(await readStates(stage.posts[n % 2 === 0 ? 0 : 1], actor, cast)));
  return states;
}

/** Waits until every device knows its user's read marker. A user's own messages move it too, without an event of its own. */
async function untilMarkersTold(ending: Ending, logs: readonly LogRecord[], states: readonly StateRecord[]): Promise<void> {
  const byOthers = ({ stream, user }: StateRecord): readonly number[] =>
    (logs.find((log) => log.stream === stream)?.entries ?? [])
      .filter(({ type, sender }) => type === 'MessageSent' && sender !== user)
      .map(({ seq }) => seq);
  const others = new Map(states.map((state) => [state, byOthers(state)]));
  function isTold(device: Device, state: StateRecord): boolean {
    const told = device.readSeq(state.stream) ?? 0;
    const [low, high] = [Math.min(told, state.readSeq), Math.max(told, state.readSeq)];
    return !others.get(state)?.some((seq) => seq > low && seq <= high);
  }
  const open = (): readonly string[] =>
    ending.devices.flatMap((device) =>
      states
        .filter((state) => state.user === device.user && !isTold(device, state))
        .map(({ stream, readSeq }) => `${device.name} was told ${device.readSeq(stream)} and not ${readSeq} in ${stream}`),
    );
  await settled(ending, open);
}

/** Waits until nothing is open. Records what is still open after the time limit. */
async function settled({ history }: Ending, open: () => readonly string[]): Promise<void> {
  const deadline = history.now() + settleMs;
  while (open().length > 0 && history.now() < deadline) await delay(lookMs);
  const ms = settleMs;
  for (const detail of open()) history.note({ what: 'late', detail: `${detail}, ${ms} ms after everything was healed` });
}

async function until(done: () => boolean | Promise<boolean>, otherwise: string): Promise<void> {
  for (const deadline = performance.now() + settleMs; !(await done()); await delay(lookMs)) {
    if (performance.now() > deadline) throw new Error(`${otherwise} within ${settleMs} ms`);
  }
}
