import { message } from '../support/documents.ts';

const sent = `messageEdge {
  node { id seq text sentAt clientMessageId conversation { id } sender { id handle displayName avatarUrl } } }`;

/** Sends a message, at MPIM. */
export const mpimSend = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { ${sent} errors { code message field } }
}`;

/** Sends a message, at the recipe. */
export const recipeSend = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { ${sent} } }`;

/** Subscribes to the messages of one room, at the recipe. */
export const recipeSubscription = `subscription ($conversationId: ID!) { messageSent(conversationId: $conversationId) { ${message} } }`;
