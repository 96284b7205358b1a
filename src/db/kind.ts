/**
 * How the values of a column are read and written. `key`: text that a client has chosen, compared byte by byte. `kept`: a seq from which a
 * user may read, read as at least the first seq that the conversation keeps (see Stream.floorSeq).
 */
export type Kind = 'id' | 'number' | 'kept' | 'text' | 'key' | 'flag' | 'time' | 'bytes';

/** Columns and their kinds, in order. */
export type Kinds = Readonly<Record<string, Kind>>;
