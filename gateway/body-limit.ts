import { GraphQLError } from 'graphql';
import type { FetchAPI, Plugin } from 'graphql-yoga';

/**
 * Refuses requests whose body is larger than so many bytes, with 413. Yoga's own limit (`maxRequestBodySize`) leads each body through a stream that counts: side by
 * side 54 µs of CPU, a third of what a small query takes with its client. A body that tells its length needs no counting: Node reads no more of it.
 */
export function useBodyLimit(bytes: number): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser, fetchAPI }) {
      const length = request.headers.get('content-length');
      if (length !== null) {
        if (Number(length) > bytes) throw tooLarge();
      } else if (requestParser !== undefined && request.body !== null) {
        setRequestParser(async (counted) => requestParser(await readWithin(counted, bytes, fetchAPI)));
      }
    },
  };
}

async function readWithin(request: Request, bytes: number, fetchAPI: FetchAPI): Promise<Request> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Not by iteration, which ends the connection with itself: nobody would see the refusal.
  const reader = request.body?.getReader();
  for (let chunk = await next(reader); chunk !== undefined; chunk = await next(reader)) {
    size += chunk.byteLength;
    if (size > bytes) {
      // The connection has its next request behind whatever is left. How long that may take to come, Node bounds.
      drain(reader).catch(() => undefined);
      throw tooLarge();
    }
    chunks.push(chunk);
  }
  const { url, method, headers, signal } = request;
  return new fetchAPI.Request(url, { method, headers, signal, body: Buffer.concat(chunks) });
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

async function next(reader: Reader | undefined): Promise<Uint8Array | undefined> {
  try {
    return (await reader?.read())?.value;
  } catch {
    // The client has gone, or its pieces are none: that is no fault of ours, and nobody sees the answer.
    throw new GraphQLError('The request was cut off', { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });
  }
}

async function drain(reader: Reader | undefined): Promise<void> {
  while ((await next(reader)) !== undefined);
}

function tooLarge(): GraphQLError {
  return new GraphQLError('Request body too large', { extensions: { code: 'BAD_USER_INPUT', http: { status: 413 } } });
}
