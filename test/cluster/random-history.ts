import fc from 'fast-check';
import type { Lease, Registry } from '../../src/cluster/index.ts';
import { createSimulation, leaseMs, type SimulatedNode, type Simulation, stepMs } from './simulation.ts';

/** Something that happens to a node, or time that passes. `who` counts through the existing nodes. */
type Incident =
  | { readonly what: 'time'; readonly ms: number }
  | { readonly what: 'start' }
  | { readonly what: 'pause' | 'wake' | 'kill' | 'leave' | 'cut' | 'mute' | 'mend'; readonly who: number };

/** What gets through between a node and the registry: nothing, the requests alone, or all. */
type Link = 'cut' | 'mute' | 'whole';

/** A node, its link to the registry, and whether it runs. */
interface Subject {
  readonly node: SimulatedNode;
  readonly link: { state: Link };
  state: 'awake' | 'paused' | 'over';
}

/** The faults that were found; and how many leases ended, since a run in which none ends shows nothing. */
export interface Outcome {
  readonly faults: readonly string[];
  readonly ended: number;
}

const links = { cut: 'cut', mute: 'mute', mend: 'whole' } as const;
const states = { pause: 'paused', wake: 'awake', leave: 'over', kill: 'over' } as const;
const oneOfThem = fc.nat({ max: 9 });

/** A sequence of incidents; a third of them is time that passes. */
export const histories: fc.Arbitrary<readonly Incident[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ what: fc.constant('time' as const), ms: fc.integer({ min: 50, max: 3 * leaseMs }) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('start' as const) }) },
    {
      weight: 7,
      arbitrary: fc.record({ what: fc.constantFrom('pause', 'wake', 'kill', 'leave', 'cut', 'mute', 'mend' as const), who: oneOfThem }),
    },
  ),
  { minLength: 10, maxLength: 30 },
);

/** Plays a history on three nodes and those that start later, then repairs everything. Returns which takeovers are missing or wrong. */
export async function playHistory(history: readonly Incident[], open: () => Promise<Registry>): Promise<Outcome> {
  const scene = createScene(open);
  await using _simulation = scene.simulation;
  for (let count = 0; count < 3; count += 1) await scene.start();
  for (const incident of history) await scene.happen(incident);
  await scene.settle();
  return scene.outcome();
}

function createScene(open: () => Promise<Registry>) {
  const simulation: Simulation = createSimulation(open);
  const subjects: Subject[] = [];
  const faults: string[] = [];
  /** When each lease was last shown to the registry, in ms of common time, and its state. */
  const shown = new Map<string, number>();
  const left = new Set<string>();
  const claimed = new Set<string>();
  const inherited = new Set<string>();
  let now = 0;

  /** The registry as one node reaches it. Requests and their results are recorded whether the answer gets through or not. */
  function through(registry: Registry, link: Subject['link']): Registry {
    async function pass<T>(act: () => Promise<T>): Promise<T> {
      if (link.state === 'cut') throw new Error('the question was lost');
      const answer = await act();
      if (link.state === 'mute') throw new Error('the answer was lost');
      return answer;
    }
    return {
      beat: (record) =>
        pass(async () => {
          const answer = await registry.beat(record);
          if (!('fencedBy' in answer)) shown.set(nameOf(record), now);
          return answer;
        }),
      claim: (seen, by) =>
        pass(async () => {
          const won = await registry.claim(seen, by);
          if (won) judge(seen);
          return won;
        }),
      reclaim: (takeover, by) => pass(() => registry.reclaim(takeover, by)),
      finish: (takeover) => pass(() => registry.finish(takeover)),
      leave: (lease) =>
        pass(async () => {
          left.add(nameOf(lease));
          await registry.leave(lease);
        }),
      read: () => pass(() => registry.read()),
      [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
    };
  }

  function judge(lease: Lease): void {
    const name = nameOf(lease);
    const silentMs = now - (shown.get(name) ?? 0);
    // Within a step, the nodes' clocks differ.
    if (!left.has(name) && silentMs < leaseMs - stepMs) faults.push(`${name} was taken over after ${silentMs} ms`);
    if (claimed.has(name)) faults.push(`${name} was claimed twice`);
    claimed.add(name);
  }

  async function start(): Promise<void> {
    const link: Subject['link'] = { state: 'whole' };
    let calls = 0;
    const node = await simulation.start(through(await open(), link), async (dead) => {
      calls += 1;
      if (calls % 3 === 0) throw new Error('what it needs is away');
      inherited.add(nameOf(dead));
    });
    subjects.push({ node, link, state: 'awake' });
  }

  async function advance(ms: number): Promise<void> {
    for (let past = 0; past < ms; past += stepMs) {
      now += stepMs;
      for (const { node, state } of subjects) if (state !== 'awake') node.clock.pause(stepMs);
      await simulation.advance(stepMs, ...subjects.filter(({ state }) => state === 'awake').map(({ node }) => node));
    }
  }

  async function happen(incident: Incident): Promise<void> {
    if (incident.what === 'time') return await advance(incident.ms);
    if (incident.what === 'start') return await start();
    const subject = subjects[incident.who % subjects.length];
    if (subject === undefined || subject.state === 'over') return;
    if (incident.what === 'cut' || incident.what === 'mute' || incident.what === 'mend') {
      subject.link.state = links[incident.what];
      return;
    }
    subject.state = states[incident.what];
    if (incident.what === 'leave') await subject.node[Symbol.asyncDispose]();
    // A killed node sends nothing more, not even when everything is disposed.
    if (incident.what === 'kill') subject.link.state = 'cut';
  }

  function current(): readonly string[] {
    return subjects.filter(({ state }) => state === 'awake').map(({ node }) => nameOf(node.cluster.lease));
  }

  function neglected(): readonly string[] {
    const living = current();
    return [...shown.keys()].filter((name) => !living.includes(name) && !inherited.has(name));
  }

  async function settle(): Promise<void> {
    for (const subject of subjects) {
      if (subject.state === 'over') continue;
      subject.state = 'awake';
      subject.link.state = 'whole';
    }
    await start();
    await advance(3 * leaseMs);
    await using registry = await open();
    for (let rounds = 0; rounds < 40; rounds += 1) {
      if (neglected().length === 0 && (await registry.read()).takeovers.length === 0) return;
      await advance(leaseMs / 2);
    }
    faults.push(`unfinished: ${JSON.stringify((await registry.read()).takeovers)}`);
  }

  function outcome(): Outcome {
    const living = current();
    const gone = neglected().map((name) => `nobody did what is to be done for ${name}`);
    const wronged = living.filter((name) => claimed.has(name)).map((name) => `${name} lives and was taken over`);
    return { faults: [...faults, ...gone, ...wronged], ended: claimed.size };
  }

  return { simulation, start, happen, settle, outcome };
}

function nameOf({ nodeId, epoch }: Lease): string {
  return `${nodeId}:${epoch}`;
}
