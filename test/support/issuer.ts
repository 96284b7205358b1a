import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { listenLocally } from './local-server.ts';

/** What a token says; undefined is left out. */
type Claims = Readonly<Record<string, unknown>>;

/** A server whose tokens others take: it publishes its configuration and its keys as OpenID Connect Discovery says. */
export interface Issuer extends AsyncDisposable {
  /** `iss` of its tokens. */
  readonly url: string;
  /** Requests that came, by their paths. */
  readonly paths: readonly string[];
  /** A token of its key of now, for an hour, for `audience`; claims that are undefined are left out. */
  token(claims: Claims, header?: { readonly kid?: string; readonly alg?: string }): Promise<string>;
  /** Signs with another key from here on, and publishes it beside those before it. */
  rotate(): Promise<void>;
  /** Publishes this key too. */
  publish(key: JWK): void;
  /** From here on it answers with this status; one that sends elsewhere sends to where the right answers are. */
  answer(status: number): void;
  /** Has its keys elsewhere from here on. */
  move(): void;
  /** From here on it says that it is somebody else. */
  pretend(issuer: string): void;
  /** From here on its answers go on for ever. */
  ramble(): void;
  /** From here on it takes requests and does not answer them. */
  hang(): void;
}

/** Whom its tokens are for. */
export const audience = 'the-chat';

/** Starts one on a free port. */
export async function startIssuer(): Promise<Issuer> {
  const [paths, keys]: [string[], JWK[]] = [[], []];
  let signing: Awaited<ReturnType<typeof generateKeyPair>>;
  let [status, hangs, rambles, named, place] = [200, false, false, '', '/keys'];

  async function rotate(): Promise<void> {
    signing = await generateKeyPair('ES256', { extractable: true });
    keys.push({ ...(await exportJWK(signing.publicKey)), kid: `key ${keys.length + 1}`, alg: 'ES256', use: 'sig' });
  }

  function take(request: IncomingMessage, response: ServerResponse): void {
    paths.push(request.url ?? '');
    if (hangs) return;
    if (rambles) return void Readable.from(blanks()).pipe(response);
    const [, elsewhere = '', path = ''] = /^(\/elsewhere)?(.*)/.exec(request.url ?? '') ?? [];
    if (status !== 200 && elsewhere === '') return void response.writeHead(status, { location: `/elsewhere${path}` }).end();
    const answers: Readonly<Record<string, unknown>> = {
      '/.well-known/openid-configuration': { issuer: named, jwks_uri: `${url}${elsewhere}${place}` },
      [place]: { keys },
    };
    const answer = answers[path];
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}));
  }

  await rotate();
  const server = createServer(take);
  const { url, close } = await listenLocally(server);
  named = url;

  return {
    url,
    paths,
    rotate,
    token: (claims, header = {}) =>
      new SignJWT({ iss: url, aud: audience, iat: now(), exp: now() + 3_600, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: `key ${keys.length}`, ...header })
        .sign(signing.privateKey),
    publish: (key) => void keys.push(key),
    answer(other) {
      status = other;
    },
    move() {
      place = '/moved';
    },
    pretend(issuer) {
      named = issuer;
    },
    ramble() {
      rambles = true;
    },
    hang() {
      hangs = true;
    },
    [Symbol.asyncDispose]: close,
  };
}

/** What a node is configured with whose people come with the tokens of a backend. */
export const backend = {
  IDENTITY_ISSUER: 'the-backend',
  IDENTITY_AUDIENCE: audience,
  IDENTITY_SECRET: 'a secret of tests that two servers share',
} as const;

/** A token of that backend, for whom it names, for a minute. */
export function backendTokenOf(claims: Claims): Promise<string> {
  return backendToken(backend.IDENTITY_SECRET, { iss: backend.IDENTITY_ISSUER, ...claims });
}

/** A token that a backend signs with a secret that it shares with MPIM. */
export function backendToken(secret: string, claims: Claims): Promise<string> {
  return new SignJWT({ aud: audience, iat: now(), exp: now() + 60, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(Buffer.from(secret));
}

/** Now, in the seconds that tokens count in. */
export function now(): number {
  return Math.floor(Date.now() / 1_000);
}

// What JSON may begin with.
function* blanks(): Generator<string> {
  for (;;) yield ' '.repeat(65_536);
}
