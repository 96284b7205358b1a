import type { GraphQLFormattedError } from 'graphql';

type Refusal = GraphQLFormattedError | { readonly code: string; readonly field: readonly string[] | null };

/** What was refused and which input or argument is at fault, in a few words each, such as `INVALID_INPUT input.userIds.3`. */
export function refusals(errors: readonly Refusal[] | undefined): readonly string[] {
  return (errors ?? []).map((error) => {
    const { code, field = null } = 'code' in error ? error : { code: error.extensions?.['code'], field: error.extensions?.['argument'] };
    return Array.isArray(field) ? `${code} ${field.join('.')}` : String(code);
  });
}
