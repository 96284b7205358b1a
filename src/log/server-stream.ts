/** The id of the server's stream, which everybody follows and which carries what is for everybody. A migration creates it. */
export const serverStreamId = 0n;
