import { type ExecutionArgs, type ExecutionResult, type GraphQLSchema, getOperationAST } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import { type Context, Cost } from '../schema/index.ts';
import type { Config } from '../src/config/index.ts';
import type { Tracer } from '../src/tracer.ts';
import type { Access } from '../src/user/index.ts';
import { useBodyLimit } from './body-limit.ts';
import type { Call, Caller } from './call.ts';
import { corsFor } from './cors.ts';
import { Delivery } from './delivery.ts';
import { createDocumentCaches } from './document-caches.ts';
import { usePublicCodes } from './document-codes.ts';
import { asRequestError, codeOf, type Mask } from './errors.ts';
import { createFanout, type Fanout } from './fanout.ts';
import { useHttpStreams } from './http-stream.ts';
import { useIntrospectionSwitch } from './introspection.ts';
import { useLimits } from './limits.ts';
import type { Logging } from './logger.ts';
import { useMaintenance } from './maintenance.ts';
import { useMediaTypes } from './media-types.ts';
import type { Meter, OperationKind } from './meter.ts';
import { endAs, operationSpan } from './operation-span.ts';
import { createPace, fieldsPerPoint, type Pace, pointsOf } from './pace.ts';
import { type PersistedDocuments, usePersistedDocuments } from './persisted.ts';
import { useQueryStrings } from './query-strings.ts';
import { isSigningIn } from './signing-in.ts';
import { SubscriptionResult } from './subscription-result.ts';
import type { Tick } from './tick.ts';

/** The engine that executes operations from any transport: Yoga, with our limits, error masking and contexts. */
export type Engine = YogaServerInstance<Call, object>;

/** The parts of the engine. */
export interface EngineParts {
  readonly schema: GraphQLSchema;
  readonly config: Config;
  readonly mask: Mask;
  readonly tick: Tick;
  readonly meter: Meter;
  readonly persisted: PersistedDocuments;
  readonly tracer: Tracer;
  readonly logging: Pick<Logging, 'inTrace'>;
  /** Creates the context for resolvers, one per operation. */
  readonly createContext: (caller: Caller, cost: Cost | null) => Context;
}

/** Creates the engine. Parsed and validated documents are cached. */
export function createEngine({ schema, config, mask, createContext, tick, meter, persisted, tracer, logging }: EngineParts): Engine {
  const fanout = createFanout({ mask, tick, meter });
  return createYoga<Call, object>({
    schema,
    // The mask logs every error worth a line, with its request id.
    logging: false,
    maskedErrors: { maskError: mask },
    // useBodyLimit does this.
    maxRequestBodySize: false,
    // Files are not uploaded through GraphQL, and a form can be posted from any page.
    multipart: false,
    batching: false,
    parserAndValidationCache: createDocumentCaches(),
    cors: (request) => corsFor(config, request),
    graphiql: false,
    landingPage: false,
    healthCheckEndpoint: '/health/live',
    plugins: [
      useMediaTypes(),
      useQueryStrings(),
      useBodyLimit(config.maxBodyBytes),
      usePersistedDocuments(persisted),
      useLimits(config),
      usePublicCodes(mask),
      useIntrospectionSwitch(config, mask),
      useMaintenance(config),
      useCaller({ createContext, pace: createPace(config), mask, fanout, meter, tracer, logging }),
      useHttpStreams(mask, config),
    ],
  }) as Engine;
}

interface CallerParts extends Pick<EngineParts, 'createContext' | 'mask' | 'meter' | 'tracer' | 'logging'> {
  readonly fanout: Fanout;
  readonly pace: Pace;
}

/** Replaces the context by the one from `createContext`, so resolvers see one object for the whole life of an operation. */
function useCaller({ createContext, pace, mask, fanout, ...watching }: CallerParts): Plugin<Call> {
  async function callerOf({ contextValue, document, operationName }: ExecutionArgs, lasting: boolean): Promise<Caller> {
    try {
      const signingIn = isSigningIn(document, operationName);
      const caller = await (contextValue as Call).callerOf({ lasting, signingIn });
      if (caller.viewer !== null) pace.take(caller.viewer, pointsOf(document, operationName));
      return caller;
    } catch (error) {
      throw asRequestError(mask(error));
    }
  }

  async function within({ cost, payer, kind, points }: Paid, work: () => Promise<ExecutionResult>): Promise<ExecutionResult> {
    try {
      const result = await work();
      if (cost.excess === null) return result;
      // What a query that costs too much has read is not worth sending. A mutation has acted by then, and its payload says so.
      if (kind === 'query') throw asRequestError(mask(cost.excess));
      return withOne(result, cost.excess);
    } finally {
      const user = payer();
      const more = cost.fields / fieldsPerPoint - points;
      if (user !== null && more > 0) pace.charge(user, more);
    }
  }

  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const kind = getOperationAST(args.document, args.operationName)?.operation ?? 'query';
      setExecuteFn((given: ExecutionArgs) => {
        let context: Context | undefined;
        return watched({ ...watching, kind, args, isUnavailable: () => context?.unavailable === true }, async () => {
          const caller = await callerOf(args, false);
          const cost = new Cost();
          const contextValue = createContext(caller, cost);
          context = contextValue;
          const paid: Paid = {
            cost,
            kind,
            points: pointsOf(args.document, args.operationName),
            payer: () => caller.viewer ?? signedInBy(contextValue),
          };
          return within(paid, async () => executeFn({ ...given, contextValue }) as Promise<ExecutionResult>);
        });
      });
    },
    onSubscribe({ args, setSubscribeFn }) {
      setSubscribeFn((given: ExecutionArgs) =>
        watched({ ...watching, kind: 'subscription', args }, async () => {
          const contextValue = createContext(await callerOf(args, true), null);
          const delivery = await fanout.open({ ...given, contextValue });
          if (!(delivery instanceof Delivery)) return delivery;
          (args.contextValue as Call).deliver(delivery);
          return new SubscriptionResult(delivery);
        }),
      );
    },
  };
}

type Payer = Pick<Access, 'userId' | 'bot'>;

interface Paid {
  readonly cost: Cost;
  readonly kind: OperationKind;
  /** What the operation counted as before it ran. */
  readonly points: number;
  readonly payer: () => Payer | null;
}

/** Returns the user whom a mutation has signed in. Bots do not sign in. */
function signedInBy({ scope }: Context): Payer | null {
  return scope.viewer && { userId: scope.viewer.userId, bot: false };
}

/** Returns a result that has an error only once, for the first field that failed with it. There can be thousands. */
function withOne({ errors = [], ...result }: ExecutionResult, repeated: Error): ExecutionResult {
  const first = errors.find(({ originalError }) => originalError === repeated);
  return { ...result, errors: errors.filter((error) => error === first || error.originalError !== repeated) };
}

interface Watching extends Pick<CallerParts, 'meter' | 'tracer' | 'logging'> {
  readonly kind: OperationKind;
  readonly args: ExecutionArgs;
  /** Whether a mutation has reported UNAVAILABLE in its payload. Absent if there is no mutation. */
  readonly isUnavailable?: () => boolean;
}

/** Measures the outcome and the duration of an operation, and traces it if it is to be traced. */
async function watched<R extends object>(
  { meter, tracer, logging, kind, args, isUnavailable = () => false }: Watching,
  work: () => Promise<R>,
): Promise<R> {
  const begunAt = performance.now();
  const span = operationSpan(tracer, args);
  if (span !== undefined) logging.inTrace(span.traceId);
  function ended(outcome: string): void {
    meter.answered(kind, outcome, (performance.now() - begunAt) / 1_000);
    if (span !== undefined) endAs(span, outcome);
  }
  try {
    const result = await (span === undefined ? work() : tracer.run(span, work));
    const [error] = ('errors' in result && (result.errors as ExecutionResult['errors'])) || [];
    // A full or read-only database still answers reads, so most of its failures are in payloads.
    ended(error !== undefined ? codeOf(error) : isUnavailable() ? 'UNAVAILABLE' : 'OK');
    return result;
  } catch (error) {
    ended(codeOf(error));
    throw error;
  }
}
