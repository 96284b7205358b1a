import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { FromLoad, LoadPlan, ToLoad } from './messages.ts';
import type { Kind, Places } from './subjects.ts';

/** Figures of one kind of server with one pattern of events. */
export interface Figures {
  readonly deliveriesPerSecond: number;
  /** µs of the server's CPU per delivery. */
  readonly cpuUs: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Cores that the server, and the subscribers' process, kept busy. */
  readonly serverCores: number;
  readonly loadCores: number;
  /** Size of the payload. */
  readonly bytes: number;
}

/** Bytes of memory in the server per idle subscription. */
export interface Idle {
  /** By how much all subscriptions grow a server that has just started. */
  readonly ofAll: number;
  /** By how much the last four fifths of the subscriptions grow it. */
  readonly ofLater: number;
}

/** One server with its subscribers, all live. */
export interface Bench extends AsyncDisposable {
  readonly idle: Idle;
  /**
   * Publishes `burst` events at once, `times` times, each time once all subscribers have the last event. Throws if a subscriber received
   * anything else.
   */
  measure(times: number, burst: number): Promise<Figures>;
}

// While the first subscribers connect, a server also grows by the code that it compiles, and V8's compiler leaves up to 26 MB behind in
// some runs.
const pilotShare = 0.2;

/** Starts a server and its subscribers. */
export async function startBench(kind: Kind, places: Places, subscribers: number): Promise<Bench> {
  await using started = new AsyncDisposableStack();
  const subject = started.use(await kind.start(places, subscribers));
  const { server, plan, prepare } = subject;
  if (subscribers < 2) throw new RangeError('there are at least two subscribers');
  const pilots = Math.ceil(subscribers * pilotShare);
  const none = await server.memory();
  const load = startLoad({ ...plan, port: server.port, subscribers, pilots });
  started.defer(() => load.end());
  await load.until('pilots');
  const some = await server.memory();
  load.tell({ kind: 'rest' });
  await load.until('ready');
  const all = await server.memory();
  const idle = { ofAll: (all - none) / subscribers, ofLater: (all - some) / (subscribers - pilots) };
  let published = 0;

  async function publish(burst: number, publishAll: () => Promise<void>, texts: readonly string[]): Promise<void> {
    load.tell({ kind: 'publishing' });
    await load.until('go');
    const all = load.untilAll(published + burst - 1);
    await publishAll();
    await all;
    for (const [n, text] of texts.entries()) {
      const payload = load.referenceOf(published + n);
      if (!payload.includes(`"text":"${text}"`)) throw new Error(`event ${published + n} should say ${text}: ${payload}`);
    }
    published += burst;
  }

  async function measure(times: number, burst: number): Promise<Figures> {
    const rounds: { readonly texts: readonly string[]; readonly publishAll: () => Promise<void> }[] = [];
    for (let n = 0; n < times; n += 1) {
      const texts = Array.from(
        { length: burst },
        (_, m) => `Event ${String(published + n * burst + m).padStart(6, '0')}: ${'words '.repeat(12)}`,
      );
      rounds.push({ texts, publishAll: await prepare(texts) });
    }
    const [cpuBefore, loadBefore] = [await server.cpuUs(), (await load.report()).cpuUs];
    const begun = performance.now();
    for (const { texts, publishAll } of rounds) await publish(burst, publishAll, texts);
    const us = (performance.now() - begun) * 1_000;
    const cpu = (await server.cpuUs()) - cpuBefore;
    const { p50, p99, cpuUs: loadAfter, bytes } = await load.report();
    const deliveries = times * burst * subscribers;
    return {
      deliveriesPerSecond: (deliveries / us) * 1e6,
      cpuUs: cpu / deliveries,
      p50Us: p50,
      p99Us: p99,
      serverCores: cpu / us,
      loadCores: (loadAfter - loadBefore) / us,
      bytes,
    };
  }

  // A server without a `ready` frame counts as subscribed once events reach all subscribers: an earlier event may be lost.
  await new Promise((resolve) => setTimeout(resolve, plan.ready ? 0 : 1_000));
  const parting = started.move();
  return { idle, measure, [Symbol.asyncDispose]: () => parting.disposeAsync() };
}

interface Load {
  tell(message: ToLoad): void;
  until<K extends FromLoad['kind']>(kind: K): Promise<Extract<FromLoad, { readonly kind: K }>>;
  untilAll(seq: number): Promise<void>;
  referenceOf(seq: number): string;
  report(): Promise<Extract<FromLoad, { readonly kind: 'report' }>>;
  end(): Promise<void>;
}

// Without a bound, a subscriber that is never served would stop the run for ever.
const patienceMs = 120_000;

function startLoad(plan: LoadPlan): Load {
  const child: ChildProcess = fork(new URL('load.ts', import.meta.url), [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send(plan);
  const references: string[] = [];
  let reached = -1;
  const waiting = new Set<(message: FromLoad) => void>();
  child.on('message', (message: FromLoad) => {
    if (message.kind === 'reference') references[message.seq] = message.payload;
    if (message.kind === 'all') reached = message.seq;
    for (const look of [...waiting]) look(message);
  });

  function wait<T>(what: string, look: (message: FromLoad) => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(() => reject(new Error(`${what} did not come within ${patienceMs} ms`))), patienceMs);
      function settle(how: () => void): void {
        clearTimeout(timer);
        waiting.delete(hear);
        how();
      }
      function hear(message: FromLoad): void {
        const found = look(message);
        if (message.kind === 'failed') settle(() => reject(new Error(message.reason)));
        else if (found !== undefined) settle(() => resolve(found));
      }
      waiting.add(hear);
    });
  }

  const load: Load = {
    tell: (message) => void child.send(message),
    until: <K extends FromLoad['kind']>(kind: K) =>
      wait(kind, (message) => (message.kind === kind ? (message as Extract<FromLoad, { readonly kind: K }>) : undefined)),
    untilAll: async (seq) => {
      if (reached < seq) await wait(`event ${seq} at all`, (message) => (message.kind === 'all' && message.seq >= seq ? true : undefined));
    },
    referenceOf: (seq) => references[seq] ?? '',
    async report() {
      const report = load.until('report');
      load.tell({ kind: 'report' });
      return await report;
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
  return load;
}
