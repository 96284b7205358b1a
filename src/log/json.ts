/** Formats a value as JSON, with ids (bigint) as decimal text and times as ISO 8601. undefined becomes `null`. */
export function toJson(value: unknown): string {
  // The declared type omits undefined, which JSON.stringify returns for undefined.
  return (JSON.stringify(plain(value)) as string | undefined) ?? 'null';
}

// A replacer, or toJSON of times, would be called by JSON.stringify from outside of JavaScript, which makes a hint take 1.6 times as long.
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  const copy: Record<string, unknown> = { ...value };
  for (const name in copy) {
    const one = copy[name];
    if (typeof one === 'bigint' || typeof one === 'object') copy[name] = plain(one);
  }
  return copy;
}
