import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { listenLocally } from './local-server.ts';

/** The claims of a token. Undefined ones are left out. */
type Claims = Readonly<Record<string, unknown>>;

/** An issuer of tokens that publishes its configuration and keys by OpenID Connect Discovery. */
export interface Issuer extends AsyncDisposable {
  /** The `iss` of its tokens. */
  readonly url: string;
  /** The paths of all requests. */
  readonly paths: readonly string[];
  /** Signs a token with the current key, valid for an hour, for `audience`. Undefined claims are left out. */
  token(claims: Claims, header?: { readonly kid?: string; readonly alg?: string }): Promise<string>;
  /** From now on, signs with a new key, which is published beside the previous ones. */
  rotate(): Promise<void>;
  /** Publishes this key too. */
  publish(key: JWK): void;
  /** From now on, answers with this status. A redirect leads to the right answers. */
  answer(status: number): void;
  /** From now on, has its keys at another path. */
  move(): void;
  /** From now on, claims to be another issuer in its configuration. */
  pretend(issuer: string): void;
  /** From now on, its answers never end. */
  ramble(): void;
  /** From now on, accepts requests and does not answer them. */
  hang(): void;
}

/** The `aud` of its tokens. */
export const audience = 'the-chat';

/** Starts an issuer on a free port. */
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

/** The configuration of a node whose users sign in with the tokens of a backend. */
export const backend = {
  IDENTITY_ISSUER: 'the-backend',
  IDENTITY_AUDIENCE: audience,
  IDENTITY_SECRET: 'a secret of tests that two servers share',
} as const;

/** Signs a token of that backend with these claims, valid for a minute. */
export function backendTokenOf(claims: Claims): Promise<string> {
  return backendToken(backend.IDENTITY_SECRET, { iss: backend.IDENTITY_ISSUER, ...claims });
}

/** Signs a token with the secret that a backend shares with MPIM. */
export function backendToken(secret: string, claims: Claims): Promise<string> {
  return new SignJWT({ aud: audience, iat: now(), exp: now() + 60, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(Buffer.from(secret));
}

/** Returns the current time in seconds, as in tokens. */
export function now(): number {
  return Math.floor(Date.now() / 1_000);
}

// Whitespace, with which valid JSON may begin.
function* blanks(): Generator<string> {
  for (;;) yield ' '.repeat(65_536);
}
