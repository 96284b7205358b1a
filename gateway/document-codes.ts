import type { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { asDocumentError, asRequestError, type Mask } from './errors.ts';

/** What is wrong with a document, as a client may see it. */
export function documentRefusal(mask: Mask, error: Error): GraphQLError {
  return asRequestError(mask(asDocumentError(error)));
}

/** Parse and validation errors get their public code where they arise: both transports then see the same. */
export function usePublicCodes(mask: Mask): Plugin {
  return {
    onParse() {
      return ({ result, replaceParseResult }) => {
        if (result instanceof Error) replaceParseResult(documentRefusal(mask, result));
      };
    },
    onValidate() {
      return ({ valid, result, setResult }) => {
        if (!valid) setResult(result.map((error) => documentRefusal(mask, error)));
      };
    },
  };
}
