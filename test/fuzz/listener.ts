import type { Client } from 'graphql-ws';
import type { Operation } from './document.ts';
import { codesOf, faultsOfErrors, type Result } from './judge.ts';
import { typedCloses } from './sender.ts';
import { streamOf } from './stream.ts';

/** The transports of a subscription. */
export const ways = ['socket', 'text/event-stream', 'multipart/mixed;subscriptionSpec=1.0'] as const;
export type Way = (typeof ways)[number];

/** A subscription that is read until it ends. */
export interface Listener {
  /** The number of results so far. */
  readonly results: number;
  /** How it ended. Undefined while it goes on. */
  readonly ended: string | undefined;
  /** Lets a slow reader read the next chunk. */
  readOn(): void;
  /** Ends it. */
  stop(): void;
}

/** The parts of a listener. */
export interface ListenerParts {
  readonly operation: Operation;
  readonly endpoint: string;
  readonly token: string;
  readonly way: Way;
  /** For the transport `socket`. */
  readonly client: Client;
  /** Reads only on `readOn`. */
  readonly slow: boolean;
  readonly judge: (result: Result) => readonly string[];
  readonly learn: (data: unknown) => void;
  /** Called with the faults of results, and of the end. */
  readonly tell: (faults: readonly string[]) => void;
}

/** Starts a subscription. */
export function startListening({ operation, endpoint, token, way, client, slow, judge, learn, tell }: ListenerParts): Listener {
  let results = 0;
  let ended: string | undefined;
  let stopped = false;
  let last: Result | undefined;
  const gates: (() => void)[] = [];
  const abort = new AbortController();

  function take(result: Result): void {
    results += 1;
    last = result;
    learn(result.data);
    tell(judge(result));
  }

  function end(how: string, faults: readonly string[] = []): void {
    if (ended !== undefined || stopped) return;
    ended = how;
    tell(faults);
  }

  /** Returns the regular end, which is only correct after an error with the reason. */
  function complete(): readonly [how: string, faults: readonly string[]] {
    const codes = codesOf(last ?? {}).join();
    return [`complete ${codes}`, codes === '' ? ['ended without a reason'] : []];
  }

  const { query, variables } = operation;
  if (way === 'socket') {
    const cease = client.subscribe<Record<string, unknown>>(
      { query, variables: { ...variables } },
      {
        next: (result) => take(result as Result),
        error: (error) => end(...endingOf(error)),
        complete: () => end(...complete()),
      },
    );
    abort.signal.addEventListener('abort', cease);
  } else {
    const wait = slow ? () => new Promise<void>((resolve) => void gates.push(resolve)) : undefined;
    void streamOf({ endpoint, query, variables, token, accept: way, signal: abort.signal, wait, take }).then(
      () => end(...complete()),
      (error: unknown) => end(String(error), stopped ? [] : [`broke off: ${String((error as Error).cause ?? error)}`]),
    );
  }
  return {
    get results() {
      return results;
    },
    get ended() {
      return ended;
    },
    readOn() {
      for (const open of gates.splice(0)) open();
    },
    stop() {
      stopped = true;
      ended ??= 'stopped';
      abort.abort();
      for (const open of gates.splice(0)) open();
    },
  };
}

function endingOf(error: unknown): readonly [how: string, faults: readonly string[]] {
  if (Array.isArray(error)) return [`errors ${codesOf({ errors: error }).join()}`, faultsOfErrors(error)];
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number') {
    const how = `closed ${error.code}`;
    return [how, typedCloses.has(error.code) ? [] : [`${how} ${'reason' in error ? String(error.reason) : ''}`]];
  }
  return [String(error), [`ended with ${String(error)}`]];
}
