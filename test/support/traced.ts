import { randomBytes, randomUUID } from 'node:crypto';
import { print } from 'graphql';
import { SendMessageDocument } from './generated/graphql.ts';
import { given, type Person } from './world.ts';

/** A client's span, which a node is to continue. */
export interface ClientSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** The header, as the client sends it. */
  readonly traceparent: string;
}

/** Starts a trace as a client does. `flags`: 01 if the client records it. */
export function clientSpan(flags = '01'): ClientSpan {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${flags}` };
}

/** Returns the request body that sends a text. */
export function sending(conversationId: string, text = 'hello') {
  return { query: print(SendMessageDocument), variables: { input: { conversationId, clientMessageId: randomUUID(), text } } };
}

/** Sends a request over HTTP with extra headers. */
export async function sendWith(url: string, sender: Person, operation: object, headers: Readonly<Record<string, string>>): Promise<void> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${sender.token}`, ...headers },
    body: JSON.stringify(operation),
  });
  const { data } = await response.json();
  given(data?.sendMessage.messageEdge, data?.sendMessage.errors ?? [response.status]);
}
