/** Names a message by its place. */
export interface MessageRef {
  readonly conversationId: bigint;
  readonly seq: number;
}
