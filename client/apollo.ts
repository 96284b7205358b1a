import { ApolloLink } from '@apollo/client/core';
import { graphQLResultHasProtocolErrors, PROTOCOL_ERRORS_SYMBOL } from '@apollo/client/errors';
import { Observable } from 'rxjs';
import { isWatch, readWatch, type Variables } from './document.ts';
import { EndedError } from './ended-error.ts';
import type { Sink } from './inflow.ts';
import { resume } from './resume.ts';
import { type LibraryOptions, startingAt } from './starting-at.ts';

export { EndedError } from './ended-error.ts';

/** Options for resuming. */
export type ResumeLinkOptions = LibraryOptions;

/**
 * An Apollo link that keeps subscriptions to `events` and `conversationEvents` unbroken: after a lost connection it subscribes again
 * through the links behind it, from its current positions. It passes everything else through. Put it before the links that add the access
 * token, so that each attempt has a fresh one, and before the terminating `HttpLink` or `GraphQLWsLink`.
 *
 * The subscription fails with an EndedError, whose `end` has the reason, when retrying would not help. It fails with a DocumentError at
 * once if its document does not select what resuming needs.
 */
export class ResumeLink extends ApolloLink {
  constructor({ positions, ...options }: ResumeLinkOptions = {}) {
    super((operation, forward) => {
      if (!isWatch(operation.query)) return forward(operation);
      const watch = readWatch(operation.query);
      return new Observable<ApolloLink.Result>((observer) => {
        const following = resume<ApolloLink.Result>({
          watch,
          given: operation.variables,
          positions: positions ?? startingAt(watch, operation.variables),
          subscribe: (variables, sink) => subscribe(forward(placed(operation, variables)), sink),
          apply: (_, result) => observer.next(result),
          options,
        });
        void following.ended.then((end) => (end.reason === 'stopped' ? observer.complete() : observer.error(new EndedError(end))));
        return () => void following.stop();
      });
    });
  }
}

/** The operation with other variables. Object.create, because its other properties are not enumerable. */
function placed(operation: ApolloLink.Operation, variables: Variables): ApolloLink.Operation {
  return Object.create(operation, { variables: { value: variables, enumerable: true } }) as ApolloLink.Operation;
}

function subscribe(results: Observable<ApolloLink.Result>, sink: Sink<ApolloLink.Result>): () => void {
  const subscription = results.subscribe({
    next(result) {
      if (graphQLResultHasProtocolErrors(result)) sink.error(result.extensions[PROTOCOL_ERRORS_SYMBOL]);
      else sink.next(result);
    },
    error: (error) => sink.error(error),
    complete: () => sink.complete(),
  });
  return () => subscription.unsubscribe();
}
