import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { NodeLoad } from '../src/cluster/index.ts';
import type { Meter } from './meter.ts';
import type { Sockets } from './socket.ts';

/** Measures the load of a node until it is disposed. */
export interface LoadGauge extends Disposable {
  /** Returns the load since the last read, or since the start. */
  read(): NodeLoad;
}

// Twenty wake-ups a second. At 10 ms they were a fifth of an idle node's CPU time, and delays that clients would notice are seen in either
// case.
const resolutionMs = 50;

/** Starts measuring. */
export function createLoadGauge({ meter, sockets }: { readonly meter: Meter; readonly sockets: Pick<Sockets, 'count'> }): LoadGauge {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  let since = { at: performance.now(), events: meter.events };

  return {
    read() {
      const { at, events } = since;
      since = { at: performance.now(), events: meter.events };
      // The histogram measures from one timer to the next, so it includes the resolution. Before the first two timers there is no mean.
      const meanMs = Number.isNaN(delay.mean) ? resolutionMs : delay.mean / 1e6;
      delay.reset();
      const seconds = Math.max(since.at - at, 1) / 1_000;
      return {
        sockets: sockets.count(),
        eventsPerSecond: rounded((since.events - events) / seconds),
        loopDelayMs: rounded(Math.max(0, meanMs - resolutionMs)),
      };
    },
    [Symbol.dispose]: () => void delay.disable(),
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
