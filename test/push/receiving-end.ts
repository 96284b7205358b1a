import { createDecipheriv, createECDH, type ECDH, hkdfSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { importJWK, type JWTPayload, jwtVerify } from 'jose';
import type { Payload } from '../../src/push/payload.ts';
import { makeCertificates } from '../db/certificates.ts';

/** A push as a browser receives it. */
export interface Received {
  readonly payload: Payload;
  readonly ttl: number;
  readonly urgency: string | undefined;
  readonly topic: string | undefined;
  /** The sender's claims, whose signature was verified. */
  readonly vapid: JWTPayload;
  /** The key of the signature, in base64url. */
  readonly signedBy: string;
}

/** A subscribed browser. */
export interface Browser {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
  /** What has arrived and was accepted, in order. */
  readonly received: readonly Received[];
}

/** How a push service answers instead of accepting: a status with headers, or nothing at all. */
export type Answer = { readonly status: number; readonly headers?: Readonly<Record<string, string>> } | 'HANG' | 'BREAK';

/** A push service on this machine, behind TLS. */
export interface PushService extends AsyncDisposable {
  /** Its host and port. */
  readonly host: string;
  /** A file with the certificate of its authority, for other processes to trust. */
  readonly ca: string;
  /** Number of requests, accepted or not. */
  readonly requests: number;
  subscribe(): Browser;
  /** Sets the answer from here on; null: it accepts pushes. */
  answer(answer: Answer | null): void;
}

interface Inbox {
  readonly ua: ECDH;
  readonly secret: Buffer;
  readonly received: Received[];
}

/** Starts a push service, whose certificate this process trusts from here on. */
export async function startPushService(): Promise<PushService> {
  await using opened = new AsyncDisposableStack();
  const { ca, cert, key } = opened.use(await makeCertificates('IP:127.0.0.1'));
  setDefaultCACertificates([...getCACertificates('default'), await readFile(ca, 'utf8')]);
  const inboxes = new Map<string, Inbox>();
  let answering: Answer | null = null;
  let requests = 0;

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests += 1;
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
    if (answering === 'HANG') return;
    if (answering === 'BREAK') return void request.socket.destroy();
    if (answering !== null) return void response.writeHead(answering.status, answering.headers).end('no');
    const inbox = inboxes.get(request.url ?? '');
    if (inbox === undefined) return void response.writeHead(404).end();
    inbox.received.push(await open(request, body, inbox));
    response.writeHead(201).end();
  }

  async function open({ headers }: IncomingMessage, body: Buffer, { ua, secret }: Inbox): Promise<Received> {
    const [, token = '', signedBy = ''] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(headers.authorization ?? '') ?? [];
    const point = Buffer.from(signedBy, 'base64url');
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'));
    const verifier = await importJWK({ kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' }, 'ES256');
    const { payload: vapid } = await jwtVerify(token, verifier, { audience: origin() });
    if (headers['content-encoding'] !== 'aes128gcm') throw new Error('a push is encrypted as RFC 8291 says');
    return {
      payload: JSON.parse(decrypt(body, ua, secret)),
      ttl: Number(headers['ttl']),
      urgency: headers['urgency']?.toString(),
      topic: headers['topic']?.toString(),
      ...{ vapid, signedBy },
    };
  }

  const server = createServer({ cert: await readFile(cert), key: await readFile(key) }, (request, response) => {
    // A push that cannot be decrypted is refused for good, and the test sees that nothing has arrived.
    take(request, response).catch((error: unknown) => response.writeHead(400).end(String(error)));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  opened.defer(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const origin = (): string => `https://${host}`;
  const closing = opened.move();
  return {
    ...{ host, ca },
    get requests() {
      return requests;
    },
    subscribe() {
      const [path, ua, secret] = [`/${randomBytes(16).toString('base64url')}`, createECDH('prime256v1'), randomBytes(16)];
      const received: Received[] = [];
      const p256dh = ua.generateKeys('base64url');
      inboxes.set(path, { ua, secret, received });
      return { endpoint: `${origin()}${path}`, p256dh, auth: secret.toString('base64url'), received };
    },
    answer(answer) {
      answering = answer;
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

/** Decrypts what was encrypted for a browser (RFC 8291, with one record of RFC 8188). */
function decrypt(body: Buffer, ua: ECDH, secret: Buffer): string {
  const [salt, keyLength] = [body.subarray(0, 16), body.readUInt8(20)];
  const sender = body.subarray(21, 21 + keyLength);
  const record = body.subarray(21 + keyLength);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), ua.getPublicKey(), sender]);
  const ikm = Buffer.from(hkdfSync('sha256', ua.computeSecret(sender), secret, info, 32));
  const key = Buffer.from(hkdfSync('sha256', ikm, salt, 'Content-Encoding: aes128gcm\0', 16));
  const nonce = Buffer.from(hkdfSync('sha256', ikm, salt, 'Content-Encoding: nonce\0', 12));
  const decipher = createDecipheriv('aes-128-gcm', key, nonce);
  decipher.setAuthTag(record.subarray(-16));
  const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
  // The last octet that is not zero is the delimiter of the last record.
  return padded.subarray(0, padded.lastIndexOf(2)).toString('utf8');
}
