function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

/** JSON with ids (bigint) as decimal text and times as ISO 8601. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, plain);
}
