import webPush from 'web-push';
import type { Poster } from '../outgoing/index.ts';
import { answerMs, fateOf, type Push, type Sender, type SendResult } from './sender.ts';
import type { VapidPair } from './vapid.ts';

/** The parts that the sender for browsers needs. */
export interface WebPushParts {
  readonly poster: Poster;
  readonly pairs: readonly VapidPair[];
  /** A `mailto:` or `https:` URL at which push services can contact the operators. */
  readonly subject: string;
}

// Nodes are replaced one after the other, which takes minutes.
const keyMs = 60_000;

/**
 * Creates the sender for browsers (RFC 8030, 8188, 8291, 8292). The library encrypts and signs; the request is made here, to bound it
 * (decision 42).
 */
export function createWebPush({ poster, pairs, subject }: WebPushParts): Sender {
  async function send({ device, payload, collapseKey, urgent, ttlSeconds }: Push, signal: AbortSignal): Promise<SendResult> {
    const { address, p256dh, auth, vapidKey } = device;
    if (p256dh === null || auth === null) return { is: 'GONE' };
    const pair = pairs.find(({ publicKey }) => publicKey === vapidKey);
    // While keys are changed, another node may have it.
    if (pair === undefined) return { is: 'LATER', ms: keyMs, reason: 'this node does not have the key with which the browser subscribed' };
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
