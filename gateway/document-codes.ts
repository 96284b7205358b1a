import type { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { asDocumentError, asRequestError, type Mask } from './errors.ts';

/** Converts an error of parsing or validation to what a client may see. */
export function documentRefusal(mask: Mask, error: Error): GraphQLError {
  return asRequestError(mask(asDocumentError(error)));
}

/** Gives parse and validation errors their public code where they arise, so both transports see the same. */
export function usePublicCodes(mask: Mask): Plugin {
  return {
    onParse() {
      return ({ result, replaceParseResult }) => {
        if (result instanceof Error) replaceParseResult(documentRefusal(mask, result));
      };
    },
    onValidate({ validateFn, setValidationFn }) {
      // Validation rules are recursive and may overflow the stack. Unlike the parser's, that error would pass for a bug of the server.
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
