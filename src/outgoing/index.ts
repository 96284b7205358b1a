// Requests to servers that are not ours: a push service, a gateway to one. Owns nothing that is stored.
// Promises: a request ends within its deadline, whatever the other side does; no redirect is followed; of an answer a little is read at most. Where
// somebody we do not know has named the address, nothing behind our own doors is reached by it: the address is looked at when the connection is made, after the name
// was resolved, so that no name can say one thing when it is asked about and another when it is used. Does not know what is said.
export { createPoster, type Outcome, type Post, type Poster, type Posting, parseRetryAfter } from './post.ts';
export { isPublicAddress } from './public-address.ts';
