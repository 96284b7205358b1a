// Who somebody is by a token that others have signed: an OpenID provider, or a backend that shares a secret with us. Owns nothing that is stored. Promises: a
// token counts only if it is from config IDENTITY_ISSUER, for us, signed with an algorithm of the kind that its key is for, and in force; what the provider says is
// bounded in time and size, and is asked for once, however many wait. Does not know users: who has the subject that a token names is theirs to say.
export { createIdentities } from './create-identities.ts';
export type * from './identity.ts';
export { isIdentityName, nameRule } from './identity.ts';
