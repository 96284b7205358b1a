import { createSourceEventStream, type ExecutionResult, execute, type GraphQLError, parse, validate } from 'graphql';
import { createContext, extensionsOf, forEvent, schema } from '../../schema/index.ts';
import type { Chat } from '../../src/chat.ts';
import { ChatError } from '../../src/errors.ts';
import type { Viewer } from '../../src/user/index.ts';

/** What came of an operation. */
export interface Asked {
  /** As it would stand in JSON. */
  readonly data: unknown;
  /** What stands in each error's extensions, as the gateway would give it out. */
  readonly errors: readonly object[];
}

type Variables = Readonly<Record<string, unknown>>;

function argsFor(chat: Chat, viewer: Viewer | null, source: string, variables: Variables, signal: AbortSignal) {
  const document = parse(source);
  const [fault] = validate(schema, document);
  if (fault !== undefined) throw fault;
  const contextValue = createContext({ chat, viewer, address: '127.0.0.1', requestId: 'test', signal });
  return { schema, document, contextValue, variableValues: variables };
}

function outcome({ data, errors = [] }: ExecutionResult): Asked {
  return { data: JSON.parse(JSON.stringify(data ?? null)), errors: errors.map(extensions) };
}

function extensions(error: GraphQLError): object {
  if (error.originalError instanceof ChatError) return extensionsOf(error.originalError);
  throw error;
}

/** Executes an operation for somebody; null: signed out. Errors that are no refusals throw. */
export async function ask(chat: Chat, viewer: Viewer | null, source: string, variables: Variables = {}): Promise<Asked> {
  return outcome(await execute(argsFor(chat, viewer, source, variables, new AbortController().signal)));
}

/** A subscription, read one event at a time. */
export interface Following extends AsyncDisposable {
  /** The next event: what the field at the root resolved to. Throws the top-level errors, if it came with any or has ended with one. */
  next(): Promise<unknown>;
}

/** Follows a subscription whose one root field is `field`. Throws Refused where it is refused at once. */
export async function follow(chat: Chat, viewer: Viewer | null, source: string, variables: Variables = {}): Promise<Following> {
  const args = argsFor(chat, viewer, source, variables, new AbortController().signal);
  const result = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in result)) throw new Refused(outcome(result).errors);
  const events = result[Symbol.asyncIterator]();
  return {
    async next() {
      const { value, done } = await events.next();
      if (done) throw new Error('the subscription is complete');
      const { data, errors } = outcome(await execute({ ...args, rootValue: value, contextValue: forEvent(args.contextValue) }));
      if (errors.length > 0) throw new Refused(errors);
      return Object.values(data ?? {})[0];
    },
    async [Symbol.asyncDispose]() {
      await events.return?.();
    },
  };
}

/** Top-level errors, by their extensions. */
export class Refused extends Error {
  readonly errors: readonly object[];

  constructor(errors: readonly object[]) {
    super(JSON.stringify(errors));
    this.errors = errors;
  }
}
