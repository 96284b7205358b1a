import { connect, type Socket } from 'node:net';

// Node's servers close a connection that was idle for 5 s. A connection idle for longer than this is not reused, so that no request meets
// its end.
const idleMs = 3_000;

/**
 * Keep-alive connections that cost their process as little as possible. A request takes an idle connection or opens another, so no request
 * waits for another.
 */
export class HttpLines {
  readonly #port: number;
  readonly #idle: { readonly line: Line; readonly since: number }[] = [];

  constructor(port: number) {
    this.#port = port;
  }

  /** Posts a body to /graphql and resolves with the body of the response. Rejects if the status is not 200 or the connection ends. */
  async post(token: string, body: string): Promise<string> {
    const line = this.#take();
    const answer = await line.ask(
      `POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:${this.#port}\r\nContent-Type: application/json\r\nAccept: application/json\r\n` +
        `Authorization: Bearer ${token}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    this.#idle.push({ line, since: performance.now() });
    return answer;
  }

  #take(): Line {
    for (let last = this.#idle.pop(); last !== undefined; last = this.#idle.pop()) {
      if (performance.now() - last.since < idleMs) return last.line;
      last.line.end();
    }
    return new Line(this.#port);
  }
}

/** One connection, with one request at a time. */
class Line {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #waiting: PromiseWithResolvers<string> | undefined;

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (data) => this.#take(data));
    this.#socket.on('error', (error) => this.#fail(error.message));
    this.#socket.on('close', () => this.#fail('the server closed the connection'));
  }

  ask(request: string): Promise<string> {
    this.#waiting = Promise.withResolvers();
    this.#socket.write(request);
    return this.#waiting.promise;
  }

  end(): void {
    this.#socket.destroy();
  }

  #fail(reason: string): void {
    this.#waiting?.reject(new Error(reason));
  }

  #take(data: Buffer): void {
    this.#received = this.#received.length === 0 ? data : Buffer.concat([this.#received, data]);
    const answer = readAnswer(this.#received);
    if (answer === undefined) return;
    this.#received = Buffer.alloc(0);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (answer.status === 200) waiting?.resolve(answer.body);
    else waiting?.reject(new Error(`status ${answer.status}: ${answer.body}`));
  }
}

/** Reads a whole HTTP/1.1 response. Returns undefined while a part is missing. */
function readAnswer(bytes: Buffer): { readonly status: number; readonly body: string } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const status = Number(head.slice(9, 12));
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length === undefined) return readChunks(bytes, end + 4, status);
  const from = end + 4;
  if (bytes.length < from + Number(length)) return undefined;
  return { status, body: bytes.toString('utf8', from, from + Number(length)) };
}

function readChunks(bytes: Buffer, from: number, status: number): ReturnType<typeof readAnswer> {
  let body = '';
  for (let at = from; ; ) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    const start = line + 2;
    if (bytes.length < start + size + 2) return undefined;
    if (size === 0) return { status, body };
    body += bytes.toString('utf8', start, start + size);
    at = start + size + 2;
  }
}
