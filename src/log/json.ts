/** Formats a value as JSON, with ids (bigint) as decimal text and times as ISO 8601. undefined becomes `null`. */
export function toJson(value: unknown): string {
  // The declared type omits undefined, which JSON.stringify returns for undefined.
  return (JSON.stringify(value, tellId) as string | undefined) ?? 'null';
}

// Concatenating the text by hand is faster, but leaves five times its size as garbage.
function tellId(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
