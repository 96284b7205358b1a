import { ChatError } from '../errors.ts';

/** The refusal of a conversation that is not there or not the viewer's: never told apart. */
export function noConversation(): ChatError {
  return new ChatError('NOT_FOUND', 'Conversation not found.', { field: ['conversationId'] });
}
