import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** The messages of refusals, by status: what is accepted instead. */
const words = {
  // JSON must be accepted in addition to a multipart stream, because errors, for example of an expired token, are no stream.
  406: 'Accept application/json or application/graphql-response+json; for a subscription text/event-stream, or multipart/mixed;subscriptionSpec="1.0", application/json.',
  415: 'Send the request as JSON, with content-type: application/json.',
} as const;

/**
 * Explains why a request's media type, or the one it accepts, is not supported: BAD_USER_INPUT with the matching HTTP status. Yoga refuses
 * most of them without a message, and would accept forms, which can be megabytes large and be posted from any page.
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
