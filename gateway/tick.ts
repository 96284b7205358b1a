/** Something that can be written out. Must not throw. */
export interface Writer {
  flush(): void;
}

/** What a node puts off to the end of a turn of the event loop, or of one of the next while these bring more, so that what belongs together is done together. */
export interface Tick {
  /** Does the work after all I/O of these turns: of ten events that one read of the bus brought, none is sent before all are made. */
  soon(work: () => void): void;
  /** Flushes it then, once. */
  write(writer: Writer): void;
  /** Flushes what is waiting for it now: who goes through thousands of sockets writes each while its memory is at hand. */
  flush(): void;
}

// While turns go on bringing more, what is put off waits for it: it goes in fewer writes, which are most of what a delivery costs. No more than so many in all: then it is time.
const mostTurns = 4;

/** Makes a tick. */
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
