import { parse } from 'graphql';
import { type GraphQLResponse, Observable, type RequestParameters, type SubscribeFunction } from 'relay-runtime';
import { DocumentError, isWatch, readWatch } from './document.ts';
import { EndedError } from './ended-error.ts';
import { readFailure } from './failure.ts';
import type { Subscribe } from './follow.ts';
import { resume } from './resume.ts';
import { type LibraryOptions, startingAt } from './starting-at.ts';

export { EndedError } from './ended-error.ts';

/** Options for resuming. */
export type ResumeSubscribeOptions = LibraryOptions;

/**
 * The second argument of Relay's `Network.create`. It keeps subscriptions to `events` and `conversationEvents` unbroken: after a lost
 * connection it subscribes again through `subscribe`, from its current positions. All others are started once, and end with their
 * connection.
 *
 * An event is in Relay's store before the next one comes and before its position moves, unless the environment has a scheduler. If an
 * updater throws, Relay ends the subscription with that error and the position stays before the event. The same holds if `onNext`
 * unsubscribes, which looks the same from here: that event comes again.
 *
 * `onError` gets an EndedError, whose `end` has the reason, when retrying would not help. It gets a DocumentError at once if the document
 * does not select what resuming needs, or is known by its id only.
 *
 * @example
 * const network = Network.create(fetchQuery, resumeSubscribe(client.subscribe));
 */
export function resumeSubscribe(subscribe: Subscribe, { positions, ...options }: ResumeSubscribeOptions = {}): SubscribeFunction {
  return (request, given) =>
    Observable.create<GraphQLResponse>((sink) => {
      const query = textOf(request);
      const document = parse(query);
      if (!isWatch(document)) {
        return subscribe(
          { query, variables: given },
          {
            next: (result) => sink.next(result as GraphQLResponse),
            // After the subscriber has left, nobody handles the error, and Relay would print it.
            error: (error) => !sink.closed && sink.error(errorOf(error)),
            complete: () => sink.complete(),
          },
        );
      }
      const watch = readWatch(document);
      const following = resume({
        watch,
        given,
        positions: positions ?? startingAt(watch, given),
        subscribe: (variables, inflow) => subscribe({ query, variables: { ...variables } }, inflow),
        apply(_, result) {
          sink.next(result as GraphQLResponse);
          // If its store or an updater throws, Relay reports that and unsubscribes: the event was not applied.
          if (sink.closed) throw new Error('the subscription was left while it took in an event');
        },
        options,
      });
      void following.ended.then((end) => {
        if (end.reason === 'stopped') sink.complete();
        else if (!sink.closed) sink.error(new EndedError(end));
      });
      return () => void following.stop();
    });
}

function textOf({ text, name }: RequestParameters): string {
  if (text) return text;
  throw new DocumentError(
    `${name} has an id in place of its text, which says what it selects: keep both, by \`"include_query_text": true\` in relay-compiler's "persistConfig".`,
  );
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(readFailure(thrown).message, { cause: thrown });
}
