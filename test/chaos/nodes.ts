import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { freePort } from '../support/services.ts';
import type { NodeRecord } from './history.ts';

/** A node that is started again whenever it ends, on the same port, as whoever runs it would see to. */
export interface KeptNode extends AsyncDisposable {
  readonly url: string;
  /** Whether it serves, with all it needs. */
  ready(): Promise<boolean>;
  /** Ends it and resolves when it is gone; it stays down until `revive`. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Starts it again, trying until it serves. */
  revive(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Sets its wall clock so many ms off the real one; at a new start it is right again. */
  shiftClock(ms: number): Promise<void>;
}

export interface KeptNodeParts {
  readonly number: number;
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly history: { note(happening: NodeRecord): void };
  /** Called with each line that it writes. */
  readonly hear?: ((line: string) => void) | undefined;
}

const preload = pathToFileURL(join(import.meta.dirname, 'shifted-clock.ts')).href;
const tryAgainMs = 300;
// Longer than any fault, and more often than faults come in the way, where a busy machine takes a dozen seconds for a start: a node that does not start by then never will.
const [reviveMs, reviveTries] = [60_000, 20];
// What a node writes at these levels is a defect, whatever the weather.
const alarming = /"level":"fatal"|a bug ended the process|uncaughtException|unhandledRejection/;

/** Starts node `number` on a free port. */
export async function keepNode({ number, env, folder, history, hear }: KeptNodeParts): Promise<KeptNode> {
  const port = await freePort();
  const clockFile = join(folder, `clock-${number}`);
  let running: NodeProcess | undefined;
  let wanted = true;

  async function start(): Promise<void> {
    await writeFile(clockFile, '0');
    const own = { PORT: String(port), CLOCK_FILE: clockFile, NODE_OPTIONS: `--import=${preload}` };
    const started = await startNodeProcess({ ...env, ...own }, [], hear);
    running = started;
    void started.ended.then((code) => gone(started, code));
  }

  function gone(ended: NodeProcess, code: number | null): void {
    const alarm = ended
      .output()
      .split('\n')
      .find((line) => alarming.test(line));
    if (alarm !== undefined) history.note({ what: 'node', node: number, detail: alarm });
    if (!wanted || running !== ended) return;
    history.note({ what: 'node', node: number, detail: `ended by itself with ${code}: ${ended.output().slice(-500)}` });
    void revive().catch((error: unknown) => history.note({ what: 'node', node: number, detail: String(error) }));
  }

  async function revive(): Promise<void> {
    wanted = true;
    for (let tries = 1, deadline = performance.now() + reviveMs; wanted; tries += 1) {
      try {
        return await start();
      } catch (error) {
        // Without its database or Redis a node does not start, and says so.
        if (performance.now() > deadline && tries >= reviveTries) throw error;
        await delay(tryAgainMs);
      }
    }
  }

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    wanted = false;
    await running?.end(signal);
  }

  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    end,
    revive,
    async ready() {
      const signal = AbortSignal.timeout(2_000);
      const answer = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal }).catch(() => null);
      return answer?.ok ?? false;
    },
    signal: (signal) => running?.signal(signal),
    async shiftClock(ms) {
      await writeFile(clockFile, String(ms));
      running?.signal('SIGUSR2');
    },
    [Symbol.asyncDispose]: () => end('SIGKILL'),
  };
}
