import { type DocumentNode, getOperationAST, Kind } from 'graphql';

/** What people do to become somebody: who they are so far does not matter. */
const becoming: ReadonlySet<string> = new Set(['signUp', 'signIn', 'signInWithToken', 'refreshToken']);

/**
 * True for an operation that only signs up, signs in or refreshes. It is run as if nobody were signed in: clients put their token into every
 * request, and one that has expired must not keep them from getting the next.
 */
export function isSigningIn(document: DocumentNode, operationName: string | null | undefined): boolean {
  return selectsOnly(document, operationName, becoming);
}

/** True for an operation whose fields all have one of these names; false where one is in a fragment. */
export function selectsOnly(document: DocumentNode, operationName: string | null | undefined, names: ReadonlySet<string>): boolean {
  const operation = getOperationAST(document, operationName);
  return operation?.selectionSet.selections.every((field) => field.kind === Kind.FIELD && names.has(field.name.value)) ?? false;
}
