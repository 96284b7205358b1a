// Retention: how long streams keep their entries: as the settings say, or for a shorter time that a group has chosen.
//
// Owns the floor of streams, `Stream.floorSeq`. Entries up to the floor are gone for everybody once the commit that moves it is done.
//
// Promises:
// - Nothing is kept for longer than about an hour past its time, or a day on accounts. A job makes rounds over all conversations, one over
//   those with a time of their own, and one over all accounts. One worker at a time runs each, and any other can take over.
// - Each step is one commit of bounded size on one stream. No step leaves anything half done.
// - An entry is trimmed only after its effects are done.
// - A conversation is told of each step by the entry HistoryTrimmed. Account streams and the server's stream lose entries and nothing else:
//   whatever they told of has rows of its own.
//
// A message's place, its sender and its client message id are kept, so a repeated send is still recognised.
export { createRetention, type Retention } from './create-retention.ts';
