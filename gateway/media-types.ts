import type { Plugin } from 'graphql-yoga';

/** What Yoga refuses without a word, and what it takes instead. */
const words: Readonly<Record<number, string>> = {
  406: 'Accept application/json or application/graphql-response+json; for a subscription text/event-stream or multipart/mixed.',
  415: 'Send the request as JSON, with the content-type application/json.',
};

/** Says what is wrong with a request that comes, or wants its answer, in a media type which is not spoken: BAD_USER_INPUT, under the status that HTTP has for it. */
export function useMediaTypeErrors(): Plugin {
  return {
    onResponse({ response, setResponse, fetchAPI }) {
      const message = words[response.status];
      if (message === undefined || response.body !== null) return;
      const { status, headers } = response;
      const body = JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_USER_INPUT' } }] });
      const told = new fetchAPI.Response(body, { status, headers });
      told.headers.set('content-type', 'application/json; charset=utf-8');
      setResponse(told);
    },
  };
}
