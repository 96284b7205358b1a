/** Returns the public API's global id of a thing (schema/ids.ts), so that a client can query what a push is about. */
export function reference(
  type: 'Conversation' | 'Message' | 'ContactRequest' | 'Notice',
  ...key: readonly (bigint | number | string)[]
): string {
  return Buffer.from(`${type}:${key.join(':')}`, 'utf8').toString('base64url');
}
