// Retention: how long messages are kept.
//
// Owns the floor of conversations, `Stream.floorSeq`. Entries up to the floor are gone for everybody once the commit that moves it is done.
//
// Promises:
// - Nothing is kept for longer than about an hour past the setting. A job makes rounds over all conversations. One worker at a time runs
//   it, and any other can take over.
// - Each step is one commit of bounded size in one conversation, with the entry HistoryTrimmed. No step leaves anything half done.
// - An entry is trimmed only after its effects are done.
//
// A message's place, its sender and its client message id are kept, so a repeated send is still recognised.
//
// Leaves alone: account streams and notices.
export { createRetention, type Retention } from './create-retention.ts';
