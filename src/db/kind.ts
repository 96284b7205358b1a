/**
 * How a column's values are told; `key`: text that a client has chosen, which is compared byte by byte; `kept`: a seq from which on somebody may read, which is
 * read as no less than the first that the conversation keeps (Stream.floorSeq).
 */
export type Kind = 'id' | 'number' | 'kept' | 'text' | 'key' | 'flag' | 'time' | 'bytes';

/** Columns and their kinds, in their order. */
export type Kinds = Readonly<Record<string, Kind>>;
