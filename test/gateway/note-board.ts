import { buildSchema, GraphQLObjectType, type GraphQLSchema } from 'graphql';
import type { Context, ShownEvents } from '../../schema/index.ts';
import { ChatError } from '../../src/errors.ts';
import type { EventReader, EventStream, StreamEnd } from '../../src/feed/index.ts';
import { createGates, type Gates } from './gates.ts';
import { shown } from './read-ahead.ts';

/** An event of the board. All its subscribers get this same object. */
export interface Note {
  readonly type: 'Note' | 'Secret';
  readonly n: number;
}

/** A source that sends all subscribers the same event at the same moment, so that a test sees what is done once and what for each. */
export interface Board {
  readonly schema: GraphQLSchema;
  readonly gates: Gates;
  /** Sends these to all subscribers, in one go. */
  post(...notes: readonly (number | Note)[]): void;
  /** Ends all subscriptions, with the error if one is given. */
  end(end?: StreamEnd): void;
  /** The number of subscribers. */
  followers(): number;
  /** How often an event has been executed, if each selects `text` once. */
  executions(): number;
  /** The resolver of `flaky`. A test may replace it. */
  flaky: () => unknown;
}

// `viewerRequest` is each operation’s own. All other fields can be shared.
const words = `
  scalar Any
  interface Event { n: Int! }
  type Note implements Event { n: Int! text(upper: Boolean = false): String! gated(gate: String!): Int flaky: Any viewerRequest: String! }
  type Secret implements Event { n: Int! text: String! viewerRequest: String! }
  type Query { hello: String! }
  type Subscription { notes(after: [Int!], topic: String! = "all"): Event! refused: Event! bug: Event! }
`;

/** Makes a board without subscribers. */
export function createBoard(): Board {
  const gates = createGates();
  const streams = new Set<BoardStream>();
  let executions = 0;

  function text({ n }: Note, { upper }: { readonly upper?: boolean | null }): string {
    executions += 1;
    return upper === null ? 'null' : upper ? `NOTE ${n}` : `note ${n}`;
  }
  async function gated({ n }: Note, { gate }: { readonly gate: string }): Promise<number> {
    await gates.pass(gate);
    return n;
  }
  function follow(after: readonly number[], signal: AbortSignal): ShownEvents<Note, Note> {
    const stream = new BoardStream(after, () => {
      streams.delete(stream);
    });
    streams.add(stream);
    signal.addEventListener('abort', () => stream.finish({ error: signal.reason }));
    return shown(stream);
  }

  const board: Board = {
    schema: buildSchema(words),
    gates,
    post(...notes) {
      const events = notes.map((note): Note => (typeof note === 'number' ? { type: 'Note', n: note } : note));
      for (const event of events) for (const stream of streams) stream.push(event);
    },
    end(end = {}) {
      for (const stream of streams) stream.finish(end);
    },
    followers: () => streams.size,
    executions: () => executions,
    flaky: () => 1,
  };
  const viewerRequest = (_note: Note, _args: object, { requestId }: Context) => requestId;
  resolve(board.schema, 'Note', { n: ({ n }) => n, text, gated, flaky: () => board.flaky(), viewerRequest });
  resolve(board.schema, 'Secret', { n: ({ n }) => n, text, viewerRequest });
  Object.assign(board.schema.getType('Event') ?? {}, { resolveType: ({ type }: Note) => type });
  subscribe(board.schema, {
    notes: (_root, { after }, { signal }) => follow(after ?? [], signal),
    refused() {
      throw new ChatError('FORBIDDEN', 'Not for you.');
    },
    bug() {
      throw new Error('the secret of the bug');
    },
  });
  return board;
}

// Each field has arguments of its own.
type Resolvers = Readonly<Record<string, (source: Note, args: never, context: Context) => unknown>>;

function resolve(schema: GraphQLSchema, type: string, resolvers: Resolvers): void {
  for (const [name, resolver] of Object.entries(resolvers)) {
    const extensions = { shareable: !name.startsWith('viewer') };
    Object.assign(fieldOf(schema, type, name), { resolve: resolver, extensions });
  }
}

function subscribe(schema: GraphQLSchema, resolvers: Resolvers): void {
  for (const [name, resolver] of Object.entries(resolvers)) {
    Object.assign(fieldOf(schema, 'Subscription', name), { subscribe: resolver, resolve: (event: Note) => event });
  }
}

function fieldOf(schema: GraphQLSchema, typeName: string, name: string): object {
  const type = schema.getType(typeName);
  const field = type instanceof GraphQLObjectType ? type.getFields()[name] : undefined;
  if (!field) throw new Error(`the schema has no ${typeName}.${name}`);
  return field;
}

/** The events that one subscriber is still to get. */
class BoardStream implements EventStream<Note> {
  readonly #line: Note[];
  readonly #onEnd: () => void;
  #reader: EventReader<Note> | undefined;
  #end: StreamEnd | undefined;

  constructor(after: readonly number[], onEnd: () => void) {
    this.#line = after.map((n) => ({ type: 'Note', n }));
    this.#onEnd = onEnd;
  }

  push(note: Note): void {
    if (this.#line.length === 0 && this.#reader?.take(note)) return;
    this.#reader?.lined?.(note);
    this.#line.push(note);
    this.#reader?.wake();
  }

  finish(end: StreamEnd): void {
    this.#end ??= end;
    this.#onEnd();
    this.#reader?.wake();
  }

  watch(reader: EventReader<Note>): void {
    this.#reader = reader;
    reader.wake();
  }

  poll(): Note | undefined {
    return this.#line.shift();
  }

  end(): StreamEnd | undefined {
    return this.#line.length === 0 ? this.#end : undefined;
  }

  next(): Promise<IteratorResult<Note, undefined>> {
    throw new Error('a delivery polls');
  }

  async return(): Promise<IteratorResult<Note, undefined>> {
    this.finish({});
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
