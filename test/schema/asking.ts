import { createSourceEventStream, type ExecutionResult, execute, type GraphQLError, parse, validate } from 'graphql';
import { createContext, extensionsOf, forEvent, schema } from '../../schema/index.ts';
import type { Chat } from '../../src/chat.ts';
import { ChatError } from '../../src/errors.ts';
import type { Viewer } from '../../src/user/index.ts';

/** The outcome of an operation. */
export interface Asked {
  /** The data, as it is in JSON. */
  readonly data: unknown;
  /** The extensions of each error, as the gateway would send them. */
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

/** Executes an operation as a user, or without one if `viewer` is null. Throws errors that are not refusals. */
export async function ask(chat: Chat, viewer: Viewer | null, source: string, variables: Variables = {}): Promise<Asked> {
  return outcome(await execute(argsFor(chat, viewer, source, variables, new AbortController().signal)));
}

/** A subscription, read one event at a time. */
export interface Following extends AsyncDisposable {
  /**
   * The next event: the result of the root field. Throws the errors of the response if it has any, or if the subscription has ended with
   * one.
   */
  next(): Promise<unknown>;
}

/** Follows a subscription with one root field. Throws Refused if it is refused at once. */
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

/** Errors of a response, by their extensions. */
export class Refused extends Error {
  readonly errors: readonly object[];

  constructor(errors: readonly object[]) {
    super(JSON.stringify(errors));
    this.errors = errors;
  }
}
