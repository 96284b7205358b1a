// Retention: for how long it is kept what was said. Owns the floor of conversations (Stream.floorSeq): what stands up to there is gone for everybody, from the commit on
// that moves it. Promises: nothing older than the setting is kept for longer than about an hour past it, by a round over all conversations that one worker at a time
// is at and any other takes up; each step is one commit of bounded size on one conversation, with the entry HistoryTrimmed, and leaves nothing half done; an entry
// is not trimmed before its effects are done. What nobody can be told of twice stays: of a message its place, its sender, and the name under which it was sent. Knows
// nothing of accounts and notices, which it leaves alone.
export { createRetention, type Retention } from './create-retention.ts';
