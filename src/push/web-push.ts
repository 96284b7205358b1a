import webPush from 'web-push';
import type { Poster } from '../outgoing/index.ts';
import { answerMs, type Fate, fateOf, type Push, type Sender } from './sender.ts';
import type { VapidPair } from './vapid.ts';

/** What telling browsers needs. */
export interface WebPushParts {
  readonly poster: Poster;
  readonly pairs: readonly VapidPair[];
  /** `mailto:` or `https:`: whom a push service may turn to. */
  readonly subject: string;
}

/** Tells browsers by their push services (RFC 8030, 8188, 8291, 8292). The library encrypts and signs; the request is ours, with its bounds. */
export function createWebPush({ poster, pairs, subject }: WebPushParts): Sender {
  async function send({ device, payload, collapseKey, urgent, ttlSeconds }: Push, signal: AbortSignal): Promise<Fate> {
    const { address, p256dh, auth, vapidKey } = device;
    const pair = pairs.find(({ publicKey }) => publicKey === vapidKey);
    // Subscribed under a key that is not there any more: nobody can tell it anything.
    if (p256dh === null || auth === null || pair === undefined) return { is: 'GONE' };
    const details = webPush.generateRequestDetails({ endpoint: address, keys: { p256dh, auth } }, JSON.stringify(payload), {
      TTL: ttlSeconds,
      urgency: urgent ? 'high' : 'normal',
      topic: collapseKey,
      vapidDetails: { subject, ...pair },
    });
    const headers = Object.fromEntries(Object.entries(details.headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
    return fateOf(await poster.toPublic({ url: address, headers, body: details.body, timeoutMs: answerMs, signal }));
  }

  return { origin: ({ address }) => new URL(address).origin, send };
}
