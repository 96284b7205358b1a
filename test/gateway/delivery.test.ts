import { expect, it } from 'vitest';
import { Delivery, type Rendering, type Transport } from '../../gateway/delivery.ts';
import { Payload } from '../../gateway/payload.ts';
import type { EventReader, EventStream } from '../../src/feed/index.ts';

/** A line of events. */
interface Line {
  readonly source: EventStream<object>;
  push(...events: readonly object[]): void;
  waiting(): number;
}

function openLine(): Line {
  const line: object[] = [];
  let reader: EventReader<object> | undefined;
  const source: EventStream<object> = {
    watch(given) {
      reader = given;
    },
    poll: () => line.shift(),
    end: () => undefined,
    next: () => Promise.reject(new Error('a delivery polls')),
    return: async () => ({ done: true, value: undefined }),
    [Symbol.asyncIterator]: () => source,
  };
  return {
    source,
    push(...events) {
      for (const event of events) {
        if (line.length === 0 && reader?.take(event)) continue;
        reader?.lined?.(event);
        line.push(event);
        reader?.wake();
      }
    },
    waiting: () => line.length,
  };
}

class TestDelivery extends Delivery {
  readonly prepared: object[] = [];
  readonly #render: () => Rendering;

  constructor(source: EventStream<object>, render: () => Rendering) {
    super({ source, signal: new AbortController().signal });
    this.#render = render;
  }

  protected render(): Rendering {
    return this.#render();
  }

  protected prepare(event: object): void {
    this.prepared.push(event);
  }

  protected ended(): void {}
}

/** A delivery over a transport that accepts nothing while `full`, with payloads of `bytes` bytes. */
function deliver({ source }: Line, bytes: number) {
  const state = { full: false, rendered: 0, sent: 0 };
  const render = (): Rendering => {
    state.rendered += 1;
    return { payload: new Payload('x'.repeat(bytes)), waiting: [] };
  };
  const delivery = new TestDelivery(source, render);
  const transport: Transport = {
    full: () => state.full,
    wake() {
      while (!state.full && delivery.poll() !== undefined) state.sent += 1;
    },
    ended: () => undefined,
  };
  delivery.begin(transport);
  return { state, transport };
}

function events(count: number): readonly object[] {
  return Array.from({ length: count }, () => ({}));
}

it('one payload is made for a client that accepts nothing, and the others when it does', () => {
  const line = openLine();
  const { state, transport } = deliver(line, 10);
  state.full = true;
  line.push(...events(20));
  expect([state.rendered, line.waiting()]).toEqual([1, 19]);
  state.full = false;
  transport.wake();
  expect([state.sent, line.waiting()]).toEqual([20, 0]);
  line.push(...events(2));
  expect(state.sent).toBe(22);
});

/** A delivery whose renderings the test completes. */
function deliverUnmade({ source }: Line) {
  const state = { full: false };
  const made: Rendering[] = [];
  const delivery = new TestDelivery(source, () => {
    const rendering: Rendering = { payload: undefined, waiting: [] };
    made.push(rendering);
    return rendering;
  });
  const transport: Transport = {
    full: () => state.full,
    wake() {
      while (delivery.poll() !== undefined);
    },
    ended: () => undefined,
  };
  delivery.begin(transport);
  return { delivery, made, state };
}

it('waiting events are prepared, unless the client accepts nothing', () => {
  const line = openLine();
  const { delivery, made, state } = deliverUnmade(line);
  const [first, ...rest] = events(10);
  line.push(first ?? {}, ...rest);
  expect(made).toHaveLength(1);
  expect(delivery.prepared).toEqual(rest);
  state.full = true;
  line.push(...events(5));
  expect(delivery.prepared).toEqual(rest);
});

it.each([
  ['eight are', 10, 8],
  ['one is, where they are large,', 100_000, 1],
])('%s made at a time, once their size is known', (_, bytes, ahead) => {
  const line = openLine();
  const { delivery, made } = deliverUnmade(line);
  line.push(...events(20));
  expect(made).toHaveLength(1);
  for (const rendering of made.splice(0)) rendering.payload = new Payload('x'.repeat(bytes));
  delivery.rendered();
  expect(made).toHaveLength(ahead);
});
