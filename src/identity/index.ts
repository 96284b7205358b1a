// Identity: verifies tokens that others have signed: an OpenID provider, or a backend that shares a secret with us. Stores nothing.
//
// Promises:
// - A token is accepted only if it comes from config IDENTITY_ISSUER, is for our audience, is valid at this time, and is signed with an
//   algorithm that fits the kind of its key.
// - Requests to the provider are bounded in time and size. Concurrent callers share one request.
//
// Leaves to its callers which user has the subject that a token names.
export { createIdentities } from './create-identities.ts';
export type * from './identity.ts';
export { isIdentityName, nameRule } from './identity.ts';
