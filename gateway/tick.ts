/** Something with output to flush. Must not throw. */
export interface Writer {
  flush(): void;
}

/**
 * Defers work to the end of a turn of the event loop, or of one of the next turns while those bring more, so that related work is done
 * together.
 */
export interface Tick {
  /** Runs the work after all I/O of these turns: of ten events from one read of the bus, none is sent before all are rendered. */
  soon(work: () => void): void;
  /** Flushes the writer then, once. */
  write(writer: Writer): void;
  /**
   * Flushes all waiting writers now. Code that goes through thousands of sockets calls this to write each while its memory is in the CPU
   * cache.
   */
  flush(): void;
}

// While turns bring more work, it is deferred: fewer writes, which are most of the cost of a delivery. This is the most turns that it
// waits.
const mostTurns = 4;

/** Creates a tick. */
export function createTick(): Tick {
  let works: (() => void)[] = [];
  let writers: Writer[] = [];
  let scheduled = false;

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(run, 1, 0);
  }

  function run(turn: number, before: number): void {
    const many = works.length + writers.length;
    if (turn < mostTurns && many > before) {
      setImmediate(run, turn + 1, many);
      return;
    }
    scheduled = false;
    const due = works;
    works = [];
    for (const work of due) work();
    flush();
  }

  function flush(): void {
    const due = writers;
    writers = [];
    for (const writer of due) writer.flush();
  }

  return {
    soon(work) {
      works.push(work);
      schedule();
    },
    write(writer) {
      writers.push(writer);
      schedule();
    },
    flush,
  };
}
