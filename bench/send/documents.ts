import { message } from '../support/documents.ts';

const sent = `messageEdge {
  node { id seq text sentAt clientMessageId conversation { id } sender { id handle displayName avatarUrl } } }`;

/** Says something: MPIM. */
export const mpimSend = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { ${sent} errors { code message field } }
}`;

/** Says something: the recipe. */
export const recipeSend = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { ${sent} } }`;

/** What is said in one room: the recipe. */
export const recipeSubscription = `subscription ($conversationId: ID!) { messageSent(conversationId: $conversationId) { ${message} } }`;
