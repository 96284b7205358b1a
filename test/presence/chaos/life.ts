import { setTimeout as delay } from 'node:timers/promises';
import { call } from '../../chaos/call.ts';
import { SetPresenceDocument } from '../../support/generated/graphql.ts';
import type { Actor } from './cast.ts';
import type { Device } from './device.ts';
import type { ChoiceRecord, History } from './history.ts';
import type { Post } from './stage.ts';
import { graceMs } from './times.ts';

/** The activity of users: they connect, disconnect, reconnect, and change their status. */
export interface Life extends AsyncDisposable {
  /** Resolves once every user's act has ended. Nothing happens until `wake`. */
  rest(): Promise<void>;
  wake(): void;
}

/** The parts of a user's activity. */
export interface LifeParts {
  readonly actor: Actor;
  readonly devices: readonly Device[];
  readonly posts: readonly Post[];
  /** Returns a number in [0, 1), determined by the seed. */
  readonly random: () => number;
  readonly history: History;
}

// So short that users connect and disconnect in every phase of every fault.
const [leastPauseMs, pauseSpreadMs] = [100, 700];
const againMs = 300;
// A user may change their status sixty times in a quarter of an hour (src/presence/create-presences.ts).
const betweenChoicesMs = 16_000;
const statuses = ['ONLINE', 'AWAY', 'BUSY', 'INVISIBLE', 'INVISIBLE'] as const;

/** Starts the activity of each user. */
export function startLife(all: readonly LifeParts[]): Life {
  let resting = false;
  let over = false;
  const lives = all.map((parts) => ({ act: actor(parts), random: parts.random, under: Promise.resolve() }));

  async function live({ act, random }: (typeof lives)[number]): Promise<void> {
    while (!resting && !over) {
      await delay(leastPauseMs + pauseSpreadMs * random());
      await act();
    }
  }

  function begin(): void {
    for (const one of lives) one.under = live(one);
  }

  async function rest(): Promise<void> {
    resting = true;
    await Promise.all(lives.map(({ under }) => under));
  }

  begin();
  return {
    rest,
    wake() {
      resting = false;
      begin();
    },
    async [Symbol.asyncDispose]() {
      over = true;
      await rest();
    },
  };
}

/** Returns a function that does the user's next act. */
function actor({ actor: { name, tokens }, devices, posts, random, history }: LifeParts): () => Promise<void> {
  let mayChooseAt = 0;
  let texts = 0;

  function pick<T>(some: readonly T[]): T {
    const one = some[Math.floor(random() * some.length)];
    if (one === undefined) throw new Error('nothing to choose from');
    return one;
  }

  function how(): 'close' | 'terminate' {
    return random() < 0.5 ? 'close' : 'terminate';
  }

  /** Repeats the change until its outcome is known. */
  async function choose(): Promise<void> {
    mayChooseAt = history.now() + betweenChoicesMs;
    texts += 1;
    const [status, text] = [pick(statuses), random() < 0.5 ? '' : `text ${texts}`];
    const input = { status, statusText: text === '' ? null : text };
    const [token = ''] = tokens;
    for (let outcome: ChoiceRecord['outcome'] = 'unknown'; outcome === 'unknown'; ) {
      const [post, began] = [pick(posts), history.now()];
      const called = await call({ url: post.clients.url, token }, SetPresenceDocument, { input }, (data) => data.setPresence.errors);
      const { code } = called;
      outcome = called.outcome;
      history.note({ what: 'choice', user: name, began, node: post.number, status, text, outcome, code });
      if (outcome === 'unknown') await delay(againMs);
    }
  }

  /** Disconnects and reconnects within the grace period, or shortly after it. */
  async function blink(device: Device): Promise<void> {
    device.leave(how());
    await delay(random() < 0.5 ? 0 : 1.3 * graceMs * random());
    device.come();
  }

  return async () => {
    const device = pick(devices);
    const what = random();
    if (what < 0.3 && history.now() >= mayChooseAt) await choose();
    else if (!device.here) device.come();
    else if (what < 0.75) await blink(device);
    else device.leave(how());
  };
}
