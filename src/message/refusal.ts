import { ChatError } from '../errors.ts';

/** The refusal of a conversation that does not exist, or that the viewer may not see. The two must not be told apart. */
export function noConversation(): ChatError {
  return new ChatError('NOT_FOUND', 'Conversation not found.', { field: ['conversationId'] });
}
