/** The stream that everybody follows, with what is for everybody. Every database has it from the migration on that made it. */
export const serverStreamId = 0n;
