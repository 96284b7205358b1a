import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { NodeLoad } from '../src/cluster/index.ts';
import type { Meter } from './meter.ts';
import type { Sockets } from './socket.ts';

/** Measures what a node has to do, until it is disposed of. */
export interface LoadGauge extends Disposable {
  /** Since it was last asked, or made. */
  read(): NodeLoad;
}

// Twenty wake-ups a second. Every 10 ms they were a fifth of what an idle node took, and what clients would feel is seen all the same.
const resolutionMs = 50;

/** Begins to measure. */
export function createLoadGauge({ meter, sockets }: { readonly meter: Meter; readonly sockets: Pick<Sockets, 'count'> }): LoadGauge {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  let since = { at: performance.now(), events: meter.events };

  return {
    read() {
      const { at, events } = since;
      since = { at: performance.now(), events: meter.events };
      // What is measured is from one timer to the next. Before the first two there is no mean.
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
