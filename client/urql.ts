import { type Exchange, makeErrorResult, makeOperation, type Operation, type OperationResult } from '@urql/core';
import { filter, makeSubject, merge, share } from 'wonka';
import { isWatch, readWatch, type Variables } from './document.ts';
import { EndedError } from './ended-error.ts';
import type { Result, Sink } from './inflow.ts';
import { type Following, resume } from './resume.ts';
import { type LibraryOptions, startingAt } from './starting-at.ts';

export { EndedError } from './ended-error.ts';

/** Options for resuming. */
export type ResumeExchangeOptions = LibraryOptions;

/** A result with the fields that resuming needs, and the result of urql. */
interface Came extends Result {
  readonly whole: OperationResult;
}

// urql's keys are integers of any size and sign. Each attempt has a key between two integers, so that ending an attempt does not end the
// application's subscription.
const firstKey = 0.5;

/**
 * An urql exchange that keeps subscriptions to `events` and `conversationEvents` unbroken: after a lost connection it subscribes again
 * through the exchanges behind it, from its current positions. It passes everything else through. Put it before the exchange that adds the
 * access token, so that each attempt has a fresh one, and before `fetchExchange` and `subscriptionExchange`.
 *
 * When retrying would not help, or the document does not select what resuming needs, the last result has an `error` whose `networkError` is
 * an EndedError or a DocumentError.
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
          // Not while a result is delivered: then an abort in fetchExchange ends in a rejection that nobody can catch.
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
            // Unless the application has left it, and perhaps subscribed again, when it heard of the end by `onStatus`.
            if (end.reason !== 'stopped' && followings.get(operation.key) === following) fail(operation, new EndedError(end));
          });
        } catch (error) {
          // The caller listens only after this operation was passed on.
          void Promise.resolve().then(() => fail(operation, error instanceof Error ? error : new Error(String(error))));
        }
      }

      function fail(operation: Operation, networkError: Error): void {
        followings.delete(operation.key);
        out.next(makeErrorResult(operation, networkError));
      }

      /** Takes over an operation that is to be resumed. Returns whether it did. */
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

      // Not with wonka's `pipe`: Biome's type inference breaks on `pipe` over `share`.
      const others = filter<Operation>((operation) => !takeOver(operation))(operations);
      const results = filter<OperationResult>((result) => {
        takers.get(result.operation.key)?.(result);
        return Number.isInteger(result.operation.key);
      })(forward(share(merge([others, attempts.source]))));
      return merge([results, out.source]);
    };
}

/**
 * Passes urql's results to a sink. urql fills in missing parts from the previous result: so an end is recognised by unchanged data, and
 * errors stay once they have come.
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
