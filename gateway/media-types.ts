import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** What is taken in the place of what is refused, by the status of the refusal. */
const words = {
  // Beside a multipart stream JSON must be taken: what is refused, such as a token that has ended, is no stream.
  406: 'Accept application/json or application/graphql-response+json; for a subscription text/event-stream, or multipart/mixed;subscriptionSpec="1.0", application/json.',
  415: 'Send the request as JSON, with content-type: application/json.',
} as const;

/**
 * Says what is wrong with a request that comes, or wants its answer, in a media type which is not spoken: BAD_USER_INPUT, under the status that HTTP has for it. Yoga refuses most of
 * them without a word, and would take forms, which hold megabytes and which any page may post.
 */
export function useMediaTypes(): Plugin {
  return {
    onRequestParse({ request }) {
      if (request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded'))
        throw new GraphQLError(words[415], { extensions: { code: 'BAD_USER_INPUT', http: { status: 415 } } });
    },
    onResponse({ response, setResponse, fetchAPI }) {
      const { status, headers } = response;
      if ((status !== 406 && status !== 415) || response.body !== null) return;
      const body = JSON.stringify({ errors: [{ message: words[status], extensions: { code: 'BAD_USER_INPUT' } }] });
      const told = new fetchAPI.Response(body, { status, headers });
      told.headers.set('content-type', 'application/json; charset=utf-8');
      setResponse(told);
    },
  };
}
