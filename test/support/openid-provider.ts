import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';
import { listenLocally } from './local-server.ts';

/** A real OpenID provider, with discovery, keys and the code flow. It signs everybody in at once, as `login_hint` says. */
export interface OpenIdProvider extends AsyncDisposable {
  /** The `iss` of its tokens. */
  readonly url: string;
  /** Returns the ID token that a web app gets for a user. */
  idToken(login: string): Promise<string>;
}

/** The only registered web app, and the `aud` of the ID tokens. */
export const webApp = 'the-web-app';
const redirectUri = 'https://app.example.org/back';

/** Starts a provider on a free port. */
export async function startOpenIdProvider(): Promise<OpenIdProvider> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  // The provider needs its URL when it is created.
  const server = createServer();
  const { url, close } = await listenLocally(server);

  const provider = new Provider(url, {
    clients: [{ client_id: webApp, redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    claims: { profile: ['preferred_username', 'name', 'picture'] },
    // Puts names into the ID token, as well-known providers do.
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    ttl: { Interaction: 60, Session: 60, Grant: 60, AccessToken: 60, IdToken: 60 },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, login) => ({
      accountId: login,
      claims: () => ({ sub: login, preferred_username: login, name: `${login} of elsewhere`, picture: `https://example.org/${login}.png` }),
    }),
  });
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return void answer(request, response);
    void (async () => {
      const { params, prompt } = await provider.interactionDetails(request, response);
      const accountId = String(params['login_hint']);
      if (prompt.name === 'login') return provider.interactionFinished(request, response, { login: { accountId } });
      const grant = new provider.Grant({ accountId, clientId: webApp });
      grant.addOIDCScope('openid profile');
      return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
    })().catch(() => response.destroy());
  });

  async function idToken(login: string): Promise<string> {
    const verifier = randomBytes(32).toString('base64url');
    const wish = new URL('/auth', url);
    wish.search = new URLSearchParams({
      ...{ client_id: webApp, redirect_uri: redirectUri, response_type: 'code', scope: 'openid profile', login_hint: login },
      ...{ code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' },
    }).toString();
    const code = await codeOf(wish);
    const response = await fetch(new URL('/token', url), {
      method: 'POST',
      body: new URLSearchParams({
        ...{ client_id: webApp, redirect_uri: redirectUri, grant_type: 'authorization_code', code, code_verifier: verifier },
      }),
    });
    return ((await response.json()) as { readonly id_token: string }).id_token;
  }

  return {
    url,
    idToken,
    [Symbol.asyncDispose]: close,
  };
}

/** Follows the redirects of a browser through the provider until it returns to the app, and returns the code. */
async function codeOf(start: URL): Promise<string> {
  const cookies = new Map<string, string>();
  let at = start;
  // There are five redirects.
  for (let step = 0; step < 10; step += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(at, { redirect: 'manual', headers: { cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    at = new URL(response.headers.get('location') ?? '', at);
    const code = at.searchParams.get('code');
    if (code !== null) return code;
  }
  throw new Error('the provider does not send back to the app');
}
