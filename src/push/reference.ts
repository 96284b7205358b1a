/** How the public API names a thing of a kind (schema/ids.ts): what a push says can be asked for by it. */
export function reference(
  type: 'Conversation' | 'Message' | 'ContactRequest' | 'Notice',
  ...key: readonly (bigint | number | string)[]
): string {
  return Buffer.from(`${type}:${key.join(':')}`, 'utf8').toString('base64url');
}
