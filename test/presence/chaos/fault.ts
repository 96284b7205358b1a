import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { shuffled } from '../../support/random.ts';
import type { FaultKind, History } from './history.ts';
import type { Post, Stage } from './stage.ts';
import { leaseMs } from './times.ts';

/** Runs a fault. Resolves once its effect has ended. */
type Fault<Target> = (target: Target, random: () => number) => Promise<void>;

/** Waits either clearly less than a lease (0.1 to 0.6 leases) or clearly more (1.3 to 2.3 leases). */
function lasting(random: () => number): Promise<void> {
  const leases = random() < 0.5 ? 0.1 + 0.5 * random() : 1.3 + random();
  return delay(leases * leaseMs);
}

// A third are restarts that end before the next beat. The others last for up to two leases, squared so that most are short.
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

/** Faults of Redis, which affect all nodes. */
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

/** All kinds of faults. */
const faultKinds = [...Object.keys(ofNodes), ...Object.keys(ofRedis)] as readonly (NodeFault | RedisFault)[];

/** A planned fault, with its delay after the start of its round in ms. */
export interface Plan {
  readonly kind: NodeFault | RedisFault;
  /** The index of the node. Ignored for faults of Redis. */
  readonly place: number;
  readonly afterMs: number;
}

// Shorter than most faults, so that they overlap.
const spreadMs = 1_500;

/** Plans rounds without end. Every kind happens before any is repeated. In one round, each node and Redis have at most one fault each. */
export function* planRounds(nodes: number, random: () => number): Generator<readonly Plan[], never> {
  let bag: Plan['kind'][] = [];
  for (;;) {
    const round: Plan[] = [];
    const places = shuffled([...Array(nodes).keys()], random);
    for (let wanted = 2 + Math.floor(2 * random()); wanted > 0; wanted -= 1) {
      if (bag.length === 0) bag = shuffled(faultKinds, random);
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

/** Runs a planned fault. Resolves once it has ended and is recorded. */
export async function befall({ kind, place, afterMs }: Plan, stage: Stage, random: () => number, history: History): Promise<void> {
  await delay(afterMs);
  const began = history.now();
  const post = stage.posts[place];
  if (post === undefined) throw new Error(`there is no node ${place}`);
  if (kind in ofRedis) await ofRedis[kind as RedisFault](stage, random);
  else await ofNodes[kind as NodeFault](post, random);
  history.note({ what: 'fault', began, kind, node: kind in ofRedis ? null : post.number });
}
