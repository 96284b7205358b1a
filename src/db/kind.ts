/** How a column's values are told; `key`: text that a client has chosen, which is compared byte by byte. */
export type Kind = 'id' | 'number' | 'text' | 'key' | 'flag' | 'time' | 'bytes';

/** Columns and their kinds, in their order. */
export type Kinds = Readonly<Record<string, Kind>>;
