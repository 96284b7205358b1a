// Search: finds the messages with the words and emojis that a viewer looks for, among those that the viewer may read. Stores nothing: a
// search reads messages from the newest back and compares them in the process. So a message is found as soon as it is sent, and never once
// it is recalled or the viewer may not see it any more.
//
// Promises:
// - A page has only what the viewer may read when the page is returned.
// - From page to page, the viewer gets each message once, and misses none of a conversation that keeps its place in their list.
// - A request compares a bounded amount, measured by the cost of comparing it.
// - A node runs one search at a time, so that everything else waits little.
// - A search whose client has gone away stops.
//
// Leaves accounts, conversations and messages to their modules.
export { createSearch } from './create-search.ts';
export type { FoundMessage, FoundPage, Search, SearchCounts, SearchRequest } from './search.ts';
