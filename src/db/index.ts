export type { Client, Db, LockedStreams, StreamKind, StreamRow, Tx } from './db.ts';
