import type { Plugin } from 'graphql-yoga';
import { asDocumentError, asRequestError, type Mask } from './errors.ts';

/** Parse and validation errors get their public code where they arise: both transports then see the same. */
export function usePublicCodes(mask: Mask): Plugin {
  return {
    onParse() {
      return ({ result, replaceParseResult }) => {
        if (result instanceof Error) replaceParseResult(asRequestError(mask(asDocumentError(result))));
      };
    },
    onValidate() {
      return ({ valid, result, setResult }) => {
        if (!valid) setResult(result.map((error) => asRequestError(mask(asDocumentError(error)))));
      };
    },
  };
}
