import type { GraphQLFormattedError } from 'graphql';

type Refusal = GraphQLFormattedError | { readonly code: string; readonly field: readonly string[] | null };

/** Returns the code of each error, with the input field or argument at fault, as in `INVALID_INPUT input.userIds.3`. */
export function refusals(errors: readonly Refusal[] | undefined): readonly string[] {
  return (errors ?? []).map((error) => {
    const { code, field = null } = 'code' in error ? error : { code: error.extensions?.['code'], field: error.extensions?.['argument'] };
    return Array.isArray(field) ? `${code} ${field.join('.')}` : String(code);
  });
}
