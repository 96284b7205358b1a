import { type DocumentNode, type GraphQLFormattedError, type GraphQLSchema, parse } from 'graphql';
import type { PublicCode } from '../../gateway/errors.ts';
import { refusalCodes } from '../../src/errors.ts';
import { faultsOf } from './conform.ts';
import type { Operation } from './document.ts';

/** The response to an operation, or one result of a subscription. */
export interface Result {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLFormattedError[];
}

const codes: ReadonlySet<unknown> = new Set<PublicCode>([
  ...refusalCodes,
  'UNAUTHENTICATED',
  'BAD_USER_INPUT',
  'PERSISTED_QUERY_NOT_FOUND',
]);

/** Returns the faults of errors that a client received, for any operation. Empty if there are none. */
export function faultsOfErrors(errors: readonly GraphQLFormattedError[]): readonly string[] {
  return errors.flatMap(({ message, extensions, path }) => {
    const code = extensions?.['code'];
    return codes.has(code) ? [] : [`${path?.join('.') ?? 'an answer'} failed with ${String(code)}: ${message}`];
  });
}

/** Returns the code of each error of a result. */
export function codesOf({ errors = [] }: Result): readonly string[] {
  return errors.map(({ extensions }) => String(extensions?.['code']));
}

/** Creates a function that returns the faults of a result of one operation. */
export function createJudge(schema: GraphQLSchema, { query, variables }: Operation): (result: Result) => readonly string[] {
  let document: DocumentNode | undefined;
  return function judge(result) {
    const faults = faultsOfErrors(result.errors ?? []);
    if (result.data === undefined || result.data === null) return result.errors?.length ? faults : [...faults, 'neither data nor errors'];
    // An operation with data could be parsed.
    document ??= parse(query);
    return [...faults, ...faultsOf(schema, document, variables, result.data)];
  };
}

/** Returns the first refusal code in a mutation's payload, if it was selected. */
export function refusalOf({ data }: Result): string | undefined {
  for (const payload of Object.values((data ?? {}) as Record<string, { readonly errors?: unknown } | null>)) {
    const errors = payload?.errors;
    if (Array.isArray(errors) && errors.length > 0) return String((errors[0] as { readonly code?: string }).code ?? 'refused');
  }
  return undefined;
}
