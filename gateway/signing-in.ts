import { type DocumentNode, getOperationAST, Kind } from 'graphql';

/** What people do to become somebody: who they are so far does not matter. */
const becoming: ReadonlySet<string> = new Set(['signUp', 'signIn', 'refreshToken']);

/**
 * True for an operation that only signs up, signs in or refreshes. It is run as if nobody were signed in: clients put their token into every
 * request, and one that has expired must not keep them from getting the next.
 */
export function isSigningIn(document: DocumentNode, operationName: string | null | undefined): boolean {
  const operation = getOperationAST(document, operationName);
  return operation?.selectionSet.selections.every((field) => field.kind === Kind.FIELD && becoming.has(field.name.value)) ?? false;
}
