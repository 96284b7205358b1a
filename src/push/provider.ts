import { type Poster, signatureHeaders } from '../outgoing/index.ts';
import { answerMs, fateOf, type Push, type Sender, type SendResult } from './sender.ts';

/** The parts that the provider's sender needs. */
export interface ProviderParts {
  readonly poster: Poster;
  readonly url: string;
  /** `whsec_` and the key in base64. */
  readonly secret: string;
}

/** Returns the body of the provider's request, as JSON. */
function bodyOf({ device, payload, id, collapseKey, urgent, ttlSeconds }: Push): string {
  const { kind: platform, address: token } = device;
  const { title, body, badge, ...data } = payload;
  return JSON.stringify({ id, platform, token, title, body, badge, collapseKey, urgency: urgent ? 'high' : 'normal', ttlSeconds, data });
}

/**
 * Creates a sender for apps, through a server of the operators that speaks to APNs and FCM. Requests are signed as in Standard Webhooks.
 */
export function createProvider({ poster, url, secret }: ProviderParts): Sender {
  async function send(push: Push, signal: AbortSignal): Promise<SendResult> {
    const body = bodyOf(push);
    const headers = { 'content-type': 'application/json', ...signatureHeaders([secret], { id: push.id, body, at: Date.now() }) };
    return fateOf(await poster.toOwn({ url, headers, body, timeoutMs: answerMs, signal }));
  }

  const { origin } = new URL(url);
  return { origin: () => origin, send };
}
