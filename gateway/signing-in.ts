import { type DocumentNode, getOperationAST, Kind } from 'graphql';

/** Mutations that sign a user in. The current viewer does not matter. */
const becoming: ReadonlySet<string> = new Set(['signUp', 'signIn', 'signInWithToken', 'refreshToken']);

/**
 * Returns true for an operation that only signs up, signs in or refreshes. It is run without a viewer: clients put their token into every
 * request, and an expired one must not prevent them from getting the next.
 */
export function isSigningIn(document: DocumentNode, operationName: string | null | undefined): boolean {
  return selectsOnly(document, operationName, becoming);
}

/** Returns true for an operation whose fields all have one of these names. False if one is in a fragment. */
export function selectsOnly(document: DocumentNode, operationName: string | null | undefined, names: ReadonlySet<string>): boolean {
  const operation = getOperationAST(document, operationName);
  return operation?.selectionSet.selections.every((field) => field.kind === Kind.FIELD && names.has(field.name.value)) ?? false;
}
