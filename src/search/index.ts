// Searching what was said: which of the messages that a viewer may read have words that begin as those they look for.
// Owns nothing that is stored: a search reads messages from the newest back and compares them here, so that a message that was sent is found at once, and one that was
// taken back, or is not the viewer's to see any more, at no time. Promises: a page is what the viewer may read when it is answered; who goes on from page to page is given each message once, and misses none
// of a conversation that stays where it is in their list; a request looks through only so much, by what that is to compare, and one search is under
// way at a time on a node, so that others wait little for it; who has gone away is not searched for.
// Does not know how people's accounts, conversations and messages come to be: it asks their modules.
export { createSearch } from './create-search.ts';
export type { FoundMessage, FoundPage, Search, SearchCounts, SearchRequest } from './search.ts';
