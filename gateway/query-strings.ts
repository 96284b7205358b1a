import { GraphQLError } from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';

/**
 * Requests by GET, as what is parsed of a URL needs care: V8 keeps a part of a text as a view of the whole, so a document of 20 characters, remembered, would keep its whole URL; and what is no
 * JSON in it is the client's mistake. Forms, which hold megabytes and which any page may post, are refused with 415.
 */
export function useQueryStrings(): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser }) {
      if (request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded'))
        throw refusal('Send the request as JSON, with the content-type application/json.', 415);
      if (request.method === 'GET' && requestParser !== undefined)
        setRequestParser(async (asked) => byItself(await read(() => requestParser(asked))));
    },
  };
}

type Parsed = GraphQLParams | GraphQLParams[] | Response;

async function read(parse: () => Parsed | PromiseLike<Parsed>): Promise<Parsed> {
  try {
    return await parse();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw refusal('`variables` and `extensions` are JSON.', 400);
  }
}

/** The same, with texts of its own. */
function byItself(parsed: Parsed): Parsed {
  return 'query' in parsed ? JSON.parse(JSON.stringify(parsed)) : parsed;
}

function refusal(message: string, status: number): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status } } });
}
