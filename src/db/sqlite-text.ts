import type { SqlQuery, SqlResultSet } from '@prisma/driver-adapter-utils';

// libsql truncates text at U+0000 when it reads it. So the file has the noncharacter U+FFFF, which texts hardly ever contain, followed by a
// letter: 'z' stands for U+0000, 'f' for U+FFFF itself.
const nul = '\u0000';
const mark = '\uffff';

function encode(text: string): string {
  if (!text.includes(nul) && !text.includes(mark)) return text;
  return text.replaceAll(mark, `${mark}f`).replaceAll(nul, `${mark}z`);
}

function decode(text: string): string {
  return text.includes(mark) ? text.replaceAll(`${mark}z`, nul).replaceAll(`${mark}f`, mark) : text;
}

/** Encodes the texts of a query so that they are stored without loss. */
export function encodeQuery(query: SqlQuery): SqlQuery {
  return { ...query, args: query.args.map((arg) => (typeof arg === 'string' ? encode(arg) : arg)) };
}

/** Decodes the texts of a result, the reverse of `encodeQuery`. */
export function decodeResult(result: SqlResultSet): SqlResultSet {
  const rows = result.rows.map((row) => row.map((value) => (typeof value === 'string' ? decode(value) : value)));
  return { ...result, rows };
}
