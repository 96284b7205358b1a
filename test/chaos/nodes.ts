import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { freePort } from '../support/services.ts';
import type { NodeRecord } from './history.ts';

/** A node that is restarted on the same port whenever it ends, as a supervisor would do. */
export interface KeptNode extends AsyncDisposable {
  readonly url: string;
  /** Whether it is ready, including everything that it depends on. */
  ready(): Promise<boolean>;
  /** Ends it and resolves once it is gone. It stays down until `revive`. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Starts it again. Retries until it is up. */
  revive(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Sets its wall clock `ms` off the real one. A restart resets it. */
  shiftClock(ms: number): Promise<void>;
}

export interface KeptNodeParts {
  readonly number: number;
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly history: { note(happening: NodeRecord): void };
  /** Called with each line that it logs. */
  readonly hear?: ((line: string) => void) | undefined;
}

const preload = pathToFileURL(join(import.meta.dirname, 'shifted-clock.ts')).href;
const tryAgainMs = 300;
// Longer than any fault. The number of tries allows for busy machines, on which a start takes a dozen seconds: a node that has not started
// by then never will.
const [reviveMs, reviveTries] = [60_000, 20];
// A node that logs any of these has a defect, whatever the fault.
const alarming = /"level":"fatal"|the process ended because of a bug|uncaughtException|unhandledRejection/;
// A node logs an error where something is wrong with it, and a warning for what the faults do.
const faulty = /"level":"error"/;

/** Starts node `number` on a free port. */
export async function keepNode({ number, env, folder, history, hear }: KeptNodeParts): Promise<KeptNode> {
  const port = await freePort();
  const clockFile = join(folder, `clock-${number}`);
  let running: NodeProcess | undefined;
  let wanted = true;

  async function start(): Promise<void> {
    await writeFile(clockFile, '0');
    const own = { PORT: String(port), CLOCK_FILE: clockFile, NODE_OPTIONS: `--import=${preload}` };
    const started = await startNodeProcess({ ...env, ...own }, [], (line) => {
      hear?.(line);
      // A client is only told INTERNAL. Why, nobody would know once the node is gone.
      if (faulty.test(line)) process.stderr.write(`node ${number}: ${line}\n`);
    });
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
