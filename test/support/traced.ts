import { randomBytes, randomUUID } from 'node:crypto';
import { print } from 'graphql';
import { SendMessageDocument } from './generated/graphql.ts';
import { given, type Person } from './world.ts';

/** The span of a client, from which a node is to go on. */
export interface ClientSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** As the client sends it. */
  readonly traceparent: string;
}

/** Begins a trace as a client does; `flags`: 01 where it is recorded there. */
export function clientSpan(flags = '01'): ClientSpan {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${flags}` };
}

/** A sending of a text, as it goes over the network. */
export function sending(conversationId: string, text = 'hello') {
  return { query: print(SendMessageDocument), variables: { input: { conversationId, clientMessageId: randomUUID(), text } } };
}

/** Sends over HTTP, with headers of one's own. */
export async function sendWith(url: string, sender: Person, operation: object, headers: Readonly<Record<string, string>>): Promise<void> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${sender.token}`, ...headers },
    body: JSON.stringify(operation),
  });
  const { data } = await response.json();
  given(data?.sendMessage.messageEdge, data?.sendMessage.errors ?? [response.status]);
}
