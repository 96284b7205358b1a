import { type Ground, prepare } from '../fuzz/ground.ts';
import type { KnownValues } from '../fuzz/known-values.ts';
import type { Person } from '../fuzz/people.ts';
import { type RawSql, rawSql } from '../support/raw-sql.ts';
import type { Stores } from '../support/stores.ts';
import { createSubscriber, type Subscriber } from './subscriber.ts';

/** A node with users, some of whom subscribe. */
export interface World extends AsyncDisposable {
  readonly ground: Ground;
  /** By the name of the subscribed user. */
  readonly hearings: ReadonlyMap<string, Subscriber>;
  /** Returns the answers to deeds since the last call. */
  takeLearned(): readonly Learned[];
  /** Runs due jobs, and waits until every subscriber has received all entries. Returns who lacks which. */
  settle(): Promise<readonly string[]>;
  /** Subscribes a user again. */
  listen(person: Person): Promise<void>;
}

/** An answer, and the user who received it. */
export interface Learned {
  readonly answer: unknown;
  readonly by: string | undefined;
}

/** The parts of a world. */
export interface WorldParts {
  readonly stores: Stores;
  readonly env: Readonly<Record<string, string>>;
  readonly listeners: (person: Person) => boolean;
  /** Called with what the node logs at level error and above. */
  readonly tell: (line: string) => void;
}

// Whatever depends on a clock is off, immediate, or later than the run.
const timeless = {
  // Jobs only run on demand, nothing is pushed, and no app is called.
  ROLES: 'gateway',
  JOB_POLL_MS: '60000',
  PRESENCE_GRACE_MS: '600000',
  AWAY_SECONDS: '0',
  TYPING_MS: '60000',
  DRAFT_TELL_MS: '0',
  SUBSCRIPTION_QUEUE: '512',
  SOCKET_QUEUE_BYTES: '1048576',
  WRITE_DEADLINE_MS: '30000',
};

// From a commit to a subscriber, on a busy machine. Anything that takes longer counts as missing.
const hearMs = 20_000;

/** Opens a world. */
export async function openWorld({ stores, env, listeners, tell }: WorldParts): Promise<World> {
  await using opened = new AsyncDisposableStack();
  let learned: Learned[] = [];
  const lore: Pick<KnownValues, 'learn'> = { learn: (answer, by) => void learned.push({ answer, by }) };
  const ground = opened.use(await prepare({ stores, lore, env: { ...timeless, ...env }, tell }));
  const raw: RawSql = opened.use(await rawSql(stores));
  const hearings = new Map<string, Subscriber>();
  let heads: ReadonlyMap<string, number> = new Map();

  async function readHeads(): Promise<ReadonlyMap<string, number>> {
    const rows = await raw.rows('SELECT id, lastSeq FROM Stream');
    return new Map(rows.map(([id, seq]) => [String(id), Number(seq)]));
  }

  async function listen(person: Person): Promise<void> {
    await hearings.get(person.name)?.[Symbol.asyncDispose]();
    const hearing = createSubscriber(
      ground.node.url,
      person,
      ground.people.map(({ id }) => id),
    );
    hearings.set(person.name, hearing);
    await hearing.begun();
  }

  async function settle(): Promise<readonly string[]> {
    while ((await ground.node.chat.jobs.doDue()) > 0);
    const now = await readHeads();
    const changed = [...now].filter(([id, seq]) => heads.get(id) !== seq);
    heads = now;
    const deaf = await Promise.all([...hearings].map(([name, hearing]) => awaitEntries(name, hearing, changed)));
    return deaf.flat();
  }

  opened.defer(async () => {
    for (const hearing of hearings.values()) await hearing[Symbol.asyncDispose]();
  });
  for (const person of ground.people.filter(listeners)) await listen(person);
  const parting = opened.move();
  return {
    ground,
    hearings,
    settle,
    listen,
    takeLearned() {
      const taken = learned;
      learned = [];
      return taken;
    },
    [Symbol.asyncDispose]: () => parting.disposeAsync(),
  };
}

async function awaitEntries(
  name: string,
  hearing: Subscriber,
  changed: readonly (readonly [string, number])[],
): Promise<readonly string[]> {
  const missing = () => changed.filter(([id, seq]) => !hearing.hasHeard(id, seq));
  try {
    while (missing().length > 0) await hearing.next(hearMs);
    return [];
  } catch {
    return missing().map(([id, seq]) => `${name} has not heard entry ${seq} of stream ${id}`);
  }
}
