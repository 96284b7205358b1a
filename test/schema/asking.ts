import { type ExecutionResult, execute, type GraphQLError, parse, subscribe, validate } from 'graphql';
import { createContext, extensionsOf, schema } from '../../schema/index.ts';
import type { Chat } from '../../src/chat.ts';
import { ChatError } from '../../src/errors.ts';
import type { Viewer } from '../../src/user/index.ts';

/** Anything read back from JSON, for assertions that name the shape they expect. */
// biome-ignore lint/suspicious/noExplicitAny: documents here are written inline, and each assertion says what it expects
export type Data = any;

interface Asked {
  readonly data: Data;
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

/** Follows a subscription: its events, or the errors it is refused with. */
export async function follow(chat: Chat, viewer: Viewer | null, source: string, variables: Variables = {}): Promise<AsyncIterable<Asked> & AsyncDisposable> {
  const ending = new AbortController();
  const result = await subscribe(argsFor(chat, viewer, source, variables, ending.signal));
  if (!(Symbol.asyncIterator in result)) throw new Refused(outcome(result).errors);
  return {
    async *[Symbol.asyncIterator]() {
      for await (const event of result) yield outcome(event);
    },
    async [Symbol.asyncDispose]() {
      await result.return?.();
      ending.abort();
    },
  };
}

/** A subscription that was refused before it began. */
export class Refused extends Error {
  readonly errors: readonly object[];

  constructor(errors: readonly object[]) {
    super(JSON.stringify(errors));
    this.errors = errors;
  }
}
