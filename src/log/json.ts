/** JSON with ids (bigint) as decimal text and times as ISO 8601. */
export function toJson(value: unknown): string {
  // The types do not say that there is none for what is undefined.
  return (JSON.stringify(value, tellId) as string | undefined) ?? 'null';
}

// A text that is put together piece by piece is made faster, and leaves five times its size as garbage.
function tellId(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
