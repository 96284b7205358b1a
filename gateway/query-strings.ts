import { GraphQLError } from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';

/**
 * Handles GET requests. V8 keeps a substring as a view of the whole text, so a cached document of 20 characters would hold its whole URL:
 * the texts are copied. Malformed JSON in the URL is the client's mistake and refused with 400.
 */
export function useQueryStrings(): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser }) {
      if (request.method === 'GET' && requestParser !== undefined)
        setRequestParser((asked) => read(async () => byItself(await requestParser(asked))));
    },
  };
}

type Parsed = GraphQLParams | GraphQLParams[] | Response;

async function read(parse: () => Parsed | PromiseLike<Parsed>): Promise<Parsed> {
  try {
    return await parse();
  } catch (error) {
    if (error instanceof SyntaxError) throw malformed('`variables` and `extensions` are JSON.');
    // To copy what nests thousands of levels deep overflows the stack.
    if (error instanceof RangeError) throw malformed('`variables` and `extensions` nest too deeply.');
    throw error;
  }
}

function malformed(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });
}

/** Returns a copy with texts of its own. */
function byItself(parsed: Parsed): Parsed {
  return 'query' in parsed ? JSON.parse(JSON.stringify(parsed)) : parsed;
}
