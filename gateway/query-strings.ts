import { GraphQLError } from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';

/**
 * Takes care of requests by GET: V8 keeps a part of a text as a view of the whole, so a document of 20 characters, remembered, would keep its whole URL; and what is no JSON in it is the
 * client's mistake, refused with 400.
 */
export function useQueryStrings(): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser }) {
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
    throw new GraphQLError('`variables` and `extensions` are JSON.', { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });
  }
}

/** The same, with texts of its own. */
function byItself(parsed: Parsed): Parsed {
  return 'query' in parsed ? JSON.parse(JSON.stringify(parsed)) : parsed;
}
