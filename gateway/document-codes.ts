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
    onValidate({ validateFn, setValidationFn }) {
      // Its rules call themselves for what nests, and may go past what the stack takes: unlike the parser's, that error would be taken for ours.
      setValidationFn((...given) => {
        try {
          return validateFn(...given);
        } catch (error) {
          return [documentRefusal(mask, error as Error)];
        }
      });
      return ({ valid, result, setResult }) => {
        if (!valid) setResult(result.map((error) => documentRefusal(mask, error)));
      };
    },
  };
}
