import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Device } from './device.ts';
import type { Life } from './life.ts';
import type { Link } from './link.ts';
import type { Post, Stage } from './stage.ts';

/** What faults act on. */
export interface Scene {
  readonly stage: Stage;
  readonly devices: readonly Device[];
  readonly life: Life;
}

/** A fault in effect. */
interface Ongoing {
  readonly target: string;
  /** Ends the fault. Resolves to its visible effect, or '' if there is none. */
  heal(): Promise<string>;
}

type Begin = (scene: Scene, random: () => number) => Promise<Ongoing>;

const hourMs = 3_600_000;
const slowestMs = 400;
const limitMs = 6_000;

function pick<T>(all: readonly T[], random: () => number): T {
  const one = all[Math.floor(random() * all.length)];
  if (one === undefined) throw new Error('nothing to choose from');
  return one;
}

/** Wraps an end whose effect is not visible. */
function unseen(end: () => Promise<void> | void): () => Promise<string> {
  return async () => {
    await end();
    return '';
  };
}

function pickPost({ stage }: Scene, random: () => number): Post {
  return pick(stage.posts, random);
}

async function nodeEnds(scene: Scene, random: () => number, signal: 'SIGKILL' | 'SIGTERM'): Promise<Ongoing> {
  const { number, node } = pickPost(scene, random);
  await node.end(signal);
  return { target: `node ${number}`, heal: unseen(() => node.revive()) };
}

async function nodePauses(scene: Scene, random: () => number): Promise<Ongoing> {
  const { number, node } = pickPost(scene, random);
  node.signal('SIGSTOP');
  return { target: `node ${number}`, heal: unseen(() => node.signal('SIGCONT')) };
}

async function clockJumps(scene: Scene, random: () => number): Promise<Ongoing> {
  const { number, node } = pickPost(scene, random);
  const ms = Math.round((random() - 0.5) * 4 * hourMs);
  await node.shiftClock(ms);
  return { target: `node ${number} by ${Math.round(ms / 1_000)} s`, heal: unseen(() => node.shiftClock(0)) };
}

async function deviceFreezes({ devices, life }: Scene, random: () => number): Promise<Ongoing> {
  const device = pick(devices, random);
  // Long texts, so that more waits for the device than the kernel's buffers hold.
  const talkUsual = life.talkLong();
  device.freeze();
  return {
    target: device.name,
    heal: unseen(() => {
      talkUsual();
      device.thaw();
    }),
  };
}

async function onRedis<T>({ stage }: Scene, ask: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(stage.redis.port, '127.0.0.1', { maxRetriesPerRequest: 1 });
  try {
    return await ask(redis);
  } finally {
    redis.disconnect();
  }
}

async function clientsCut(scene: Scene, type: 'normal' | 'pubsub'): Promise<Ongoing> {
  const killed = await onRedis(scene, (redis) => redis.call('CLIENT', 'KILL', 'TYPE', type));
  return { target: type, heal: async () => `${killed} cut` };
}

async function limitHits(scene: Scene): Promise<Ongoing> {
  async function subscribers(): Promise<readonly string[]> {
    const list = String(await onRedis(scene, (redis) => redis.call('CLIENT', 'LIST', 'TYPE', 'pubsub')));
    return [...list.matchAll(/^id=(\d+)/gm)].map(([, id = '']) => id);
  }
  // While a node is starting there may be none.
  let before = await subscribers();
  for (const deadline = performance.now() + limitMs; before.length === 0 && performance.now() < deadline; ) {
    await delay(100);
    before = await subscribers();
  }
  async function cut(): Promise<number> {
    const left = new Set(await subscribers());
    return before.filter((id) => !left.has(id)).length;
  }
  // Redis does not count the first 16 KB that wait for a client. Only a long text exceeds that.
  await onRedis(scene, (redis) => redis.config('SET', 'client-output-buffer-limit', 'pubsub 1 1 1'));
  const talkUsual = scene.life.talkLong();
  return {
    target: 'pubsub',
    async heal() {
      for (const deadline = performance.now() + limitMs; (await cut()) === 0 && performance.now() < deadline; ) await delay(100);
      talkUsual();
      const count = await cut();
      await onRedis(scene, (redis) => redis.config('SET', 'client-output-buffer-limit', 'pubsub 33554432 8388608 60'));
      return `${count} cut`;
    },
  };
}

function pickLink(scene: Scene, random: () => number): { readonly link: Link; readonly target: string } {
  const post = pickPost(scene, random);
  const end = pick(['mysql', 'redis', 'clients'] as const, random);
  return { link: post[end], target: `node ${post.number} to ${end}` };
}

async function linkFails(scene: Scene, random: () => number, state: 'dropping' | 'slow' | 'half'): Promise<Ongoing> {
  const { link, target } = pickLink(scene, random);
  link.set(state, state === 'slow' ? Math.round(random() * slowestMs) : 0);
  return { target, heal: unseen(() => link.set('open')) };
}

async function linkCut(scene: Scene, random: () => number): Promise<Ongoing> {
  const { link, target } = pickLink(scene, random);
  const cut = link.cut();
  return { target, heal: async () => `${cut} cut` };
}

async function serverKilled({ stage }: Scene, server: 'mysql' | 'redis'): Promise<Ongoing> {
  await stage[server].kill();
  return { target: server, heal: unseen(() => stage[server].restart()) };
}

async function serverPaused({ stage }: Scene, server: 'mysql' | 'redis'): Promise<Ongoing> {
  await stage[server].pause();
  return { target: server, heal: unseen(() => stage[server].resume()) };
}

/**
 * Faults of the services that nodes depend on. One at a time, so that each kind takes effect alone, or together with one of `faultsAbove`.
 */
export const faultsBelow: Readonly<Record<string, Begin>> = {
  'Redis killed': (scene) => serverKilled(scene, 'redis'),
  'Redis paused': (scene) => serverPaused(scene, 'redis'),
  'Redis clients cut': (scene) => clientsCut(scene, 'normal'),
  'Redis subscribers cut': (scene) => clientsCut(scene, 'pubsub'),
  'Redis output limit hit': (scene) => limitHits(scene),
  'MariaDB killed': (scene) => serverKilled(scene, 'mysql'),
  'MariaDB paused': (scene) => serverPaused(scene, 'mysql'),
  'link drops': (scene, random) => linkFails(scene, random, 'dropping'),
  'link slow': (scene, random) => linkFails(scene, random, 'slow'),
  'link half closed': (scene, random) => linkFails(scene, random, 'half'),
  'link cut': (scene, random) => linkCut(scene, random),
};

/** Faults of nodes, and of the clients connected to them. One at a time, together with any of `faultsBelow`. */
export const faultsAbove: Readonly<Record<string, Begin>> = {
  'node killed': (scene, random) => nodeEnds(scene, random, 'SIGKILL'),
  'node stopped': (scene, random) => nodeEnds(scene, random, 'SIGTERM'),
  'node paused': nodePauses,
  'clock jumped': clockJumps,
  'device frozen': deviceFreezes,
};
