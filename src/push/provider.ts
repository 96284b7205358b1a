import { createHmac } from 'node:crypto';
import type { Poster } from '../outgoing/index.ts';
import { answerMs, type Fate, fateOf, type Push, type Sender } from './sender.ts';

/** What telling apps needs. */
export interface ProviderParts {
  readonly poster: Poster;
  readonly url: string;
  /** `whsec_` and the key in base64. */
  readonly secret: string;
}

/** What the provider is told, as JSON. */
function bodyOf({ device, payload, id, collapseKey, urgent, ttlSeconds }: Push): string {
  const { kind: platform, address: token } = device;
  const { title, body, badge, ...data } = payload;
  return JSON.stringify({ id, platform, token, title, body, badge, collapseKey, urgency: urgent ? 'high' : 'normal', ttlSeconds, data });
}

/** Tells apps by a server of the operators' own, which speaks to APNs and FCM. Signed as Standard Webhooks says. */
export function createProvider({ poster, url, secret }: ProviderParts): Sender {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');

  async function send(push: Push, signal: AbortSignal): Promise<Fate> {
    const body = bodyOf(push);
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature = createHmac('sha256', key).update(`${push.id}.${timestamp}.${body}`).digest('base64');
    const headers = {
      'content-type': 'application/json',
      'webhook-id': push.id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    };
    return fateOf(await poster.toOwn({ url, headers, body, timeoutMs: answerMs, signal }));
  }

  const { origin } = new URL(url);
  return { origin: () => origin, send };
}
