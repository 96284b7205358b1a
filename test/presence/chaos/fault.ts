import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultKind, History } from './history.ts';
import type { Post, Stage } from './stage.ts';
import { leaseMs } from './times.ts';

/** What a fault does, and for how long: it resolves when nothing is broken by it any more. */
type Fault<Target> = (target: Target, random: () => number) => Promise<void>;

/** Now clearly shorter than a lease, now clearly longer: 0.1 to 0.6, or 1.3 to 2.3 leases. */
function lasting(random: () => number): Promise<void> {
  const leases = random() < 0.5 ? 0.1 + 0.5 * random() : 1.3 + random();
  return delay(leases * leaseMs);
}

// A third are restarts that are over before the next beat, the others last for up to two leases; squared, for most are short.
function outage(random: () => number): Promise<void> {
  return delay(2 * leaseMs * Math.max(0, 1.5 * random() - 0.5) ** 2);
}

async function nodeEnds({ node }: Post, random: () => number, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  await node.end(signal);
  await lasting(random);
  await node.revive();
}

/** Faults of one node. */
const ofNodes = {
  'node killed': (post, random) => nodeEnds(post, random, 'SIGKILL'),
  'node stopped': (post, random) => nodeEnds(post, random, 'SIGTERM'),
  async 'node paused'({ node }, random) {
    node.signal('SIGSTOP');
    await lasting(random);
    node.signal('SIGCONT');
  },
  async 'Redis out of reach'({ redis }, random) {
    redis.set('dropping');
    await lasting(random);
    redis.set('open');
  },
  async 'Redis connections cut'({ redis }) {
    redis.cut();
  },
  async 'clients cut'({ clients }) {
    clients.cut();
  },
} as const satisfies Partial<Record<FaultKind, Fault<Post>>>;

/** Faults of Redis, which all nodes have. */
const ofRedis = {
  async 'Redis killed'({ redis }, random) {
    await redis.kill();
    await outage(random);
    await redis.restart();
  },
  async 'Redis emptied'({ redis }, random) {
    await redis.kill();
    await rm(join(redis.folder, 'appendonlydir'), { recursive: true });
    await outage(random);
    await redis.restart();
  },
  async 'Redis paused'({ redis }, random) {
    await redis.pause();
    await outage(random);
    redis.resume();
  },
} as const satisfies Partial<Record<FaultKind, Fault<Stage>>>;

type NodeFault = keyof typeof ofNodes;
type RedisFault = keyof typeof ofRedis;

/** Every kind of fault. */
const faultKinds = [...Object.keys(ofNodes), ...Object.keys(ofRedis)] as readonly (NodeFault | RedisFault)[];

/** A fault that is to come: what, where, and how many ms after its round has begun. */
export interface Plan {
  readonly kind: NodeFault | RedisFault;
  /** Which of the nodes, from 0; of Redis it is not asked. */
  readonly place: number;
  readonly afterMs: number;
}

// Within the time that most faults last, so that they meet.
const spreadMs = 1_500;

/** Plans rounds without end. Every kind comes before any comes again; in one round each node has one fault at most, and so has Redis. */
export function* planRounds(nodes: number, random: () => number): Generator<readonly Plan[], never> {
  let bag: Plan['kind'][] = [];
  for (;;) {
    const round: Plan[] = [];
    const places = shuffled([...Array(nodes).keys()], random);
    for (let wanted = 2 + Math.floor(2 * random()); wanted > 0; wanted -= 1) {
      if (bag.length === 0) bag = shuffled([...faultKinds], random);
      const hasRedis = round.some(({ kind }) => kind in ofRedis);
      const next = bag.findIndex((kind) => (kind in ofRedis ? !hasRedis : places.length > 0));
      const [kind] = next < 0 ? [] : bag.splice(next, 1);
      if (kind === undefined) break;
      const place = kind in ofRedis ? 0 : (places.pop() ?? 0);
      round.push({ kind, place, afterMs: round.length === 0 ? 0 : spreadMs * random() });
    }
    yield round;
  }
}

/** Has a planned fault; resolves when it is over and noted. */
export async function befall({ kind, place, afterMs }: Plan, stage: Stage, random: () => number, history: History): Promise<void> {
  await delay(afterMs);
  const began = history.now();
  const post = stage.posts[place];
  if (post === undefined) throw new Error(`there is no node ${place}`);
  if (kind in ofRedis) await ofRedis[kind as RedisFault](stage, random);
  else await ofNodes[kind as NodeFault](post, random);
  history.note({ what: 'fault', began, kind, node: kind in ofRedis ? null : post.number });
}

function shuffled<T>(all: readonly T[], random: () => number): T[] {
  return all
    .map((one) => ({ one, order: random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ one }) => one);
}
