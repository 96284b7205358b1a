import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type DocumentNode, type GraphQLFormattedError, print } from 'graphql';
import { type Client, createClient, type FormattedExecutionResult } from 'graphql-ws';
import WebSocket from 'ws';

/** A response over HTTP. */
export interface Answer<T> {
  readonly status: number;
  readonly data?: T | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

// Printing some documents takes as long as sending them, and most are sent hundreds of times.
const texts = new WeakMap<DocumentNode, string>();

function textOf(document: DocumentNode): string {
  const text = texts.get(document) ?? print(document);
  texts.set(document, text);
  return text;
}

/** Sends one operation over HTTP and returns the response, including errors. */
export async function post<T, V>(url: string, document: TypedDocumentNode<T, V>, variables: V, token?: string): Promise<Answer<T>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query: textOf(document), variables }),
  });
  return { status: response.status, ...((await response.json()) as Omit<Answer<T>, 'status'>) };
}

/** Sends one operation over HTTP and returns its data. Throws on top-level errors. */
export async function ask<T, V>(url: string, document: TypedDocumentNode<T, V>, variables: V, token?: string): Promise<T> {
  const { data, errors } = await post(url, document, variables, token);
  if (data === undefined || data === null || errors !== undefined) throw new Error(`the operation failed: ${JSON.stringify(errors)}`);
  return data;
}

/** Returns a WebSocket client without retries, which reports everything. */
export function socketClient(url: string, token?: string): Client {
  return createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => undefined,
    ...(token !== undefined && { connectionParams: { authorization: `Bearer ${token}` } }),
  });
}

/** Starts one subscription over a socket. Its results are read one at a time. */
export function subscribe<T, V extends Record<string, unknown>>(
  client: Client,
  document: TypedDocumentNode<T, V>,
  variables: V,
): AsyncIterableIterator<FormattedExecutionResult<T, unknown>> {
  return client.iterate<T>({ query: textOf(document), variables });
}
