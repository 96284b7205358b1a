export type * from './conversation.ts';
export { conversationKey, memberKey } from './key.ts';
