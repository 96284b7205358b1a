// Requests to servers of other people, such as push services, and their signatures. It stores nothing.
//
// Promises:
// - A request ends within its deadline, whatever the server does.
// - Redirects are not followed.
// - At most a little of a response is read.
// - A URL named by a user cannot reach the private network. The address is checked during the connection's own name lookup, so a name
//   cannot resolve to one address when it is checked and to another when it is used (decision 42).
//
// It does not know what the requests say.
export { createPoster, type Outcome, type Post, type Poster, type Posting, parseRetryAfter } from './post.ts';
export { isPublicAddress } from './public-address.ts';
export { newSecret, type Signed, signatureHeaders } from './signature.ts';
