import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest';
import { allOf } from '../../src/all-of.ts';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { type RawSql, rawSql } from '../support/raw-sql.ts';
import { type Service, startRedis } from '../support/services.ts';
import { realStores } from '../support/stores.ts';
import { type Doings, type Person, peopleOf } from '../support/world.ts';
import { type Ear, earOnSocket, earOnStream } from './ear.ts';
import { openRedisGate, type RedisGate } from './redis-gate.ts';

/** Nodes in processes of their own, on one database and one Redis, whose Redis can fail. */
export interface Deployment {
  /** Users of the node on which the tests act. */
  readonly here: Doings;
  /** The node on which the tests act. */
  readonly hereNode: NodeProcess;
  /** The environment with which another node, or a command, joins the deployment. */
  readonly env: Readonly<Record<string, string>>;
  readonly sql: RawSql;
  /** Another node, which checks no heads within a test: it only knows what the bus delivers, or tells it to look for. */
  readonly trusting: NodeProcess;
  readonly ways: Ways;
  /**
   * Adds a clean-up before the nodes are stopped. They are stopped even if it fails, whereas no other afterAll runs after one that failed.
   */
  defer(end: () => Promise<void> | void): void;
  /** Subscribes over a WebSocket until the test ends. */
  listen(node: NodeProcess, person: Person, conversationId?: string): Promise<Ear>;
  /** Subscribes over HTTP until the test ends. */
  stream(node: NodeProcess, person: Person, conversationId?: string): Promise<Ear>;
}

/** The ways in which another node learns of what happens here. */
export interface Ways {
  readonly told: Way;
  readonly publisherCutOff: Way;
  readonly listenerCutOff: Way;
  readonly redisGone: Way;
}

/** One way in which another node is told, or has to find out. */
export interface Way {
  readonly name: string;
  /** Returns the node that is not `here`. */
  readonly there: () => NodeProcess;
  /** Starts the disturbance. Call it once every subscription is live. */
  readonly begin: () => Promise<void> | void;
  /** Expects that the disturbance has kept something from the bus, or that there is none and nothing is lost. Call it before `end`. */
  readonly felt: () => Promise<void>;
  /** Ends the disturbance. */
  readonly end: () => Promise<void> | void;
}

interface Running {
  readonly env: Readonly<Record<string, string>>;
  readonly redis: Service;
  readonly sql: RawSql;
  /** Gates between Redis and, respectively, the node `here` and the node that checks often. */
  readonly sending: RedisGate;
  readonly hearing: RedisGate;
  /** Checks no heads within a test, so it only knows what the bus delivers. */
  readonly trusting: NodeProcess;
  /** Checks heads all the time. */
  readonly watchful: NodeProcess;
  readonly here: NodeProcess;
}

// Never is longer than any test. Often is as short as configurable without keeping the machine busy with checks alone.
const neverMs = '600000';
const oftenMs = '200';

/** Starts the nodes before the tests of the describe that calls it, and stops them after them. `env` overrides the usual configuration. */
export function deployment(env: Readonly<Record<string, string>> = {}): Deployment {
  const open = new AsyncDisposableStack();
  const ears: Ear[] = [];
  let started: Running | undefined;

  beforeAll(async () => {
    started = await start(env, open);
  });
  afterEach(() => {
    for (const ear of ears.splice(0)) ear.stop();
  });
  afterAll(() => open.disposeAsync());

  function running(): Running {
    if (started === undefined) throw new Error('the nodes start before the first test, not earlier');
    return started;
  }

  async function kept(ear: Promise<Ear>): Promise<Ear> {
    ears.push(await ear);
    return ear;
  }

  return {
    here: peopleOf(() => running().here.url),
    get hereNode() {
      return running().here;
    },
    get env() {
      return running().env;
    },
    get sql() {
      return running().sql;
    },
    get trusting() {
      return running().trusting;
    },
    ways: waysOf(running),
    defer: (end) => open.defer(end),
    listen: ({ url }, { token }, conversationId) => kept(earOnSocket({ url, token, conversationId })),
    stream: ({ url }, { token }, conversationId) => kept(earOnStream({ url, token, conversationId })),
  };
}

async function start(env: Readonly<Record<string, string>>, open: AsyncDisposableStack): Promise<Running> {
  const stores = open.use(await realStores());
  // A private Redis, because it is killed.
  const redis = open.use(await startRedis());
  const [sending, hearing] = [open.use(await openRedisGate(redis.port)), open.use(await openRedisGate(redis.port))];
  const usual = { ...stores.env, ADDRESS_ATTEMPTS: '1000000', OPERATIONS_PER_SECOND: '0', ...env };
  const nodes = await allOf(open, {
    here: startNodeProcess({ ...usual, REDIS_URL: sending.url, HEAD_CHECK_MS: neverMs }),
    trusting: startNodeProcess({ ...usual, REDIS_URL: redis.url, HEAD_CHECK_MS: neverMs }),
    watchful: startNodeProcess({ ...usual, REDIS_URL: hearing.url, HEAD_CHECK_MS: oftenMs }),
  });
  return {
    env: { ...usual, REDIS_URL: redis.url },
    redis,
    sql: open.use(await rawSql(stores)),
    sending,
    hearing,
    ...nodes,
  };
}

function waysOf(running: () => Running): Ways {
  const watchful = () => running().watchful;
  return {
    told: {
      name: 'told by the bus alone',
      there: () => running().trusting,
      begin: () => undefined,
      felt: async () => {
        const { sending, hearing } = running();
        expect([sending.lost(), hearing.lost(), sending.refused()]).toEqual([0, 0, 0]);
      },
      end: () => undefined,
    },
    publisherCutOff: {
      name: 'when who publishes is cut off',
      there: watchful,
      begin: () => running().sending.cutPublishers(),
      felt: () => expect.poll(() => running().sending.lost()).toBeGreaterThan(0),
      end: () => running().sending.mend(),
    },
    listenerCutOff: {
      name: 'when nothing comes through to who listens',
      there: watchful,
      begin: () => running().hearing.swallow(),
      felt: () => expect.poll(() => running().hearing.lost()).toBeGreaterThan(0),
      end: () => running().hearing.mend(),
    },
    redisGone: {
      name: 'when Redis is gone',
      there: watchful,
      begin: () => running().redis.kill(),
      // A node that has lost its connection publishes nothing until it has another.
      felt: () => expect.poll(() => running().sending.refused()).toBeGreaterThan(0),
      end: () => comeBack(running()),
    },
  };
}

/**
 * Resolves once every node is connected to Redis again and has closed all gaps. Otherwise a later repair would find what a test expects to
 * stay unknown.
 */
async function comeBack({ redis, sending, hearing, here, trusting, watchful }: Running): Promise<void> {
  await redis.restart();
  async function isReady({ url }: NodeProcess): Promise<boolean> {
    return (await fetch(`${url}/health/ready`)).ok;
  }
  for (const node of [here, trusting, watchful]) await vi.waitUntil(() => isReady(node), { timeout: 15_000 });
  for (const gate of [sending, hearing]) gate.mend();
}
