/** Returns the name of a mutation's payload type, such as `MuteMemberPayload` for `muteMember`. */
export function payloadName(mutation: string): string {
  return `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Payload`;
}
