import { createECDH } from 'node:crypto';
import { ChatError } from '../errors.ts';
import { isPublicAddress } from '../outgoing/index.ts';
import type { WebSubscription } from './push.ts';
import { knownTimeZone, parseTimeOfDay, type QuietHours, weekdays } from './quiet-hours.ts';

// Today's endpoints have up to some 500 characters, tokens up to some 200.
const maxEndpoint = 2_048;
const maxToken = 2_048;
const keyBytes = { p256dh: 65, auth: 16, vapidPublicKey: 65 } as const;

function invalid(field: string, message: string): ChatError {
  return new ChatError('INVALID_INPUT', message, { field: [field] });
}

/** Which push services users may name. */
export interface Services {
  /** Hosts that may be named although they are not public. */
  readonly allowed: readonly string[];
  /** Hosts, or `*.` and a domain for all hosts in it. Empty: any host. */
  readonly services: readonly string[];
}

/** Returns a subscription as it is stored. Throws INVALID_INPUT (endpoint, p256dh, auth). */
export function requireSubscription(given: WebSubscription, services: Services): Omit<WebSubscription, 'vapidPublicKey'> {
  const endpoint = requireEndpoint(given.endpoint, services);
  const [p256dh, auth] = [requireBytes('p256dh', given.p256dh), requireBytes('auth', given.auth)];
  if (!isOnCurve(p256dh)) throw invalid('p256dh', 'p256dh is not a P-256 public key.');
  return { endpoint, p256dh: p256dh.toString('base64url'), auth: auth.toString('base64url') };
}

/** Returns the key with which a browser has subscribed, which must be one of this node's. Throws INVALID_INPUT (vapidPublicKey). */
export function requireVapidKey(text: string, known: readonly string[]): string {
  const key = requireBytes('vapidPublicKey', text).toString('base64url');
  if (known.includes(key)) return key;
  throw invalid('vapidPublicKey', 'This server does not have this key. Subscribe again with its vapidPublicKey.');
}

function requireEndpoint(text: string, { allowed, services }: Services): string {
  const url = text.length <= maxEndpoint && /^[\x21-\x7e]+$/.test(text) ? URL.parse(text) : null;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '' || url.hash !== '') {
    throw invalid('endpoint', `endpoint must be a URL that starts with https://, with at most ${maxEndpoint} ASCII characters.`);
  }
  const { host, hostname, port } = url;
  if (allowed.includes(host) || allowed.includes(hostname)) return url.href;
  const literal = /^\[.*\]$|^[\d.]+$/.test(hostname) ? hostname.replace(/^\[(.*)\]$/, '$1') : null;
  if (port !== '' || hostname === 'localhost' || (literal !== null && !isPublicAddress(literal))) {
    throw invalid('endpoint', 'endpoint is not the URL of a push service.');
  }
  if (services.length > 0 && !services.some((service) => serves(service, hostname))) {
    throw invalid('endpoint', 'This server does not use the push service of this endpoint.');
  }
  return url.href;
}

function serves(service: string, hostname: string): boolean {
  return service.startsWith('*.') ? hostname.endsWith(service.slice(1)) : hostname === service;
}

function requireBytes(field: keyof typeof keyBytes, text: string): Buffer {
  // Browsers produce base64url without padding, some libraries base64.
  const bytes = /^[\w+/-]{1,100}={0,2}$/.test(text) ? Buffer.from(text, 'base64url') : Buffer.alloc(0);
  if (bytes.length !== keyBytes[field]) throw invalid(field, `${field} must be ${keyBytes[field]} bytes in base64url.`);
  return bytes;
}

function isOnCurve(point: Buffer): boolean {
  const curve = createECDH('prime256v1');
  curve.generateKeys();
  try {
    curve.computeSecret(point);
    return true;
  } catch {
    return false;
  }
}

/** Checks a token for the provider. Throws INVALID_INPUT (token). */
export function requireToken(token: string): string {
  if (token.length > maxToken || !/^[\x21-\x7e]+$/.test(token)) {
    throw invalid('token', `token must be 1 to ${maxToken} printable ASCII characters without spaces.`);
  }
  return token;
}

function invalidHours(field: string, message: string): ChatError {
  return new ChatError('INVALID_INPUT', message, { field: ['quietHours', field] });
}

/** Returns quiet hours as they are stored. Throws INVALID_INPUT (quietHours.start, …). */
export function requireQuietHours({ start, end, timeZone, days }: QuietHours): QuietHours {
  for (const [field, text] of Object.entries({ start, end })) {
    if (parseTimeOfDay(text) === null) throw invalidHours(field, 'A time of day must be hours and minutes, such as 22:30.');
  }
  const zone = knownTimeZone(timeZone);
  if (zone === null) throw invalidHours('timeZone', 'timeZone must be an IANA time zone, such as Europe/Berlin.');
  if (days.length === 0) throw invalidHours('days', 'days must have at least one day. To have no quiet hours, remove them.');
  return { start, end, timeZone: zone, days: weekdays.filter((day) => days.includes(day)) };
}
