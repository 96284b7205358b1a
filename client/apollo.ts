import { ApolloLink } from '@apollo/client/core';
import { graphQLResultHasProtocolErrors, PROTOCOL_ERRORS_SYMBOL } from '@apollo/client/errors';
import { Observable } from 'rxjs';
import { isWatch, readWatch, type Variables } from './document.ts';
import { EndedError } from './ended-error.ts';
import type { Sink } from './inflow.ts';
import { resume } from './resume.ts';
import { type LibraryOptions, startingAt } from './starting-at.ts';

export { EndedError } from './ended-error.ts';

/** How it resumes. */
export type ResumeLinkOptions = LibraryOptions;

/**
 * A link that makes of each subscription to `events` or `conversationEvents` an unbroken one: it comes back over the links behind it with the positions
 * it has by then. All else passes through. Put it before the links that add the access token, so that each attempt has a fresh one,
 * and before the one that ends the chain, `HttpLink` or `GraphQLWsLink`.
 *
 * The subscription ends with an EndedError, whose `end` says why, where coming back would not help; and with a DocumentError at once where its document lacks what resuming takes.
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

/** The same operation with other variables. What it has beside them is not enumerable. */
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
