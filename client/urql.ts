import { type Exchange, makeErrorResult, makeOperation, type Operation, type OperationResult } from '@urql/core';
import { filter, makeSubject, merge, share } from 'wonka';
import { isWatch, readWatch, type Variables } from './document.ts';
import { EndedError } from './ended-error.ts';
import type { Result, Sink } from './inflow.ts';
import { type Following, resume } from './resume.ts';
import { type LibraryOptions, startingAt } from './starting-at.ts';

export { EndedError } from './ended-error.ts';

/** How it resumes. */
export type ResumeExchangeOptions = LibraryOptions;

/** A result as it came, with what of it the resuming looks at. */
interface Came extends Result {
  readonly whole: OperationResult;
}

// urql's keys are whole numbers, of any size and either sign. Each attempt has one of its own between two of those: what ends an attempt does not end the
// subscription of the application.
const firstKey = 0.5;

/**
 * An exchange that makes of each subscription to `events` or `conversationEvents` an unbroken one: it comes back through the exchanges behind it with the positions
 * it has by then. All else passes through. Put it before the exchange that adds the access token, so that each attempt has a
 * fresh one, and before `fetchExchange` and `subscriptionExchange`.
 *
 * Where coming back would not help, or the document lacks what resuming takes, the last result has an `error` whose `networkError` is an EndedError or DocumentError.
 */
export function resumeExchange({ positions, ...options }: ResumeExchangeOptions = {}): Exchange {
  return ({ forward }) =>
    (operations) => {
      const attempts = makeSubject<Operation>();
      const out = makeSubject<OperationResult>();
      const followings = new Map<number, Following>();
      let nextKey = firstKey;
      const takers = new Map<number, (result: OperationResult) => void>();

      function attempt(operation: Operation, variables: Variables, sink: Sink<Came>): () => void {
        const placed: Operation = { ...makeOperation('subscription', operation), key: nextKey, variables: { ...variables } };
        nextKey += 1;
        takers.set(placed.key, takerOf(sink));
        attempts.next(placed);
        return () => {
          takers.delete(placed.key);
          // Not while it brings a result: what fetchExchange aborts then ends in a rejection that nobody can catch.
          void Promise.resolve().then(() => attempts.next(makeOperation('teardown', placed)));
        };
      }

      function begin(operation: Operation): void {
        const given: Variables = operation.variables ?? {};
        try {
          const watch = readWatch(operation.query);
          const following = resume<Came>({
            watch,
            given,
            positions: positions ?? startingAt(watch, given),
            subscribe: (variables, sink) => attempt(operation, variables, sink),
            apply: (_, { whole }) => out.next({ ...whole, operation, hasNext: true }),
            options,
          });
          followings.set(operation.key, following);
          void following.ended.then((end) => {
            if (end.reason !== 'stopped') fail(operation, new EndedError(end));
          });
        } catch (error) {
          // Who asked listens once this operation is through.
          void Promise.resolve().then(() => fail(operation, error instanceof Error ? error : new Error(String(error))));
        }
      }

      function fail(operation: Operation, networkError: Error): void {
        followings.delete(operation.key);
        out.next(makeErrorResult(operation, networkError));
      }

      /** Takes over what is to be resumed; false: it is not. */
      function takeOver(operation: Operation): boolean {
        const following = followings.get(operation.key);
        if (operation.kind === 'teardown' && following !== undefined) {
          followings.delete(operation.key);
          void following.stop();
          return true;
        }
        if (operation.kind !== 'subscription' || takers.has(operation.key) || !isWatch(operation.query)) return false;
        if (following === undefined) begin(operation);
        return true;
      }

      // Biome's own reading of types breaks on wonka's `pipe` over `share`, so they are called by themselves.
      const others = filter<Operation>((operation) => !takeOver(operation))(operations);
      const results = filter<OperationResult>((result) => {
        takers.get(result.operation.key)?.(result);
        return Number.isInteger(result.operation.key);
      })(forward(share(merge([others, attempts.source]))));
      return merge([results, out.source]);
    };
}

/**
 * Gives a sink what it is to know of results. urql fills in what a result lacks from the one before, so an end shows by its data being the same, and errors
 * stay on once they came.
 */
function takerOf(sink: Sink<Came>): (result: OperationResult) => void {
  let last: unknown;
  let erred = false;
  return (result) => {
    const { data, error, hasNext } = result;
    if (data !== undefined && data !== null && data !== last && hasNext) {
      sink.next({ data, errors: erred ? [] : (error?.graphQLErrors ?? []), whole: result });
      erred ||= error !== undefined;
      last = data;
    } else if (error !== undefined) sink.error(error);
    else sink.complete();
  };
}
