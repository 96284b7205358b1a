import { createECDH } from 'node:crypto';
import { z } from 'zod';
import { flag, list, oneOf, option, url, whole } from './option.ts';

// Unlike ATTACHMENT_HOSTS, they may have a port.
const places = z
  .string()
  .regex(/^$|^[\w.*:[\]-]+(,\s*[\w.*:[\]-]+)*$/, 'must be hosts joined by commas')
  .toLowerCase()
  .pipe(list);

function isPrivateKey(text: string): boolean {
  try {
    createECDH('prime256v1').setPrivateKey(Buffer.from(text, 'base64url'));
    return /^[\w-]{43}$/.test(text);
  } catch {
    return false;
  }
}

/** The options for push notifications. They must be the same on all nodes of a system. */
export const pushOptions = {
  push: option('PUSH', 'true', flag, 'Whether users who are away get push notifications on the devices that they have registered.'),
  pushContent: option(
    'PUSH_CONTENT',
    'full',
    oneOf('full', 'sender', 'none'),
    'Content of a push notification: `full` for everything, `sender` for sender and conversation without the text, `none` for the mere fact that there is something new.',
  ),
  pushDelayMs: option(
    'PUSH_DELAY_MS',
    '5000',
    whole(0, 600_000),
    'Milliseconds for which a message waits before it is pushed. Later messages of the same conversation within this time are pushed with it. If the user reads it before, nothing is pushed.',
  ),
  pushTtlSeconds: option(
    'PUSH_TTL_SECONDS',
    '86400',
    whole(60, 2_419_200),
    'Seconds for which a push is retried, and for which the push service keeps it.',
  ),
  vapidSubject: option(
    'VAPID_SUBJECT',
    'mailto:push@mpim.invalid',
    url('mailto:', 'https:'),
    'Contact for push services: `mailto:` or `https://`. Apple refuses addresses that do not exist.',
  ),
  vapidKeys: option(
    'VAPID_KEYS',
    '',
    z
      .string()
      .refine((text) => text === '' || text.split(',').every(isPrivateKey), {
        message: 'must be private keys of P-256 in base64url (43 characters), joined by commas',
      })
      .pipe(list),
    'Private keys by which push services know this server, separated by commas. Browsers subscribe with the first one; the others remain valid. Empty: one key is derived from each signing key.',
  ),
  pushServices: option(
    'PUSH_SERVICES',
    '',
    places,
    'Push services to which pushes for browsers may be sent: hosts separated by commas, with `*.` before a domain for all hosts in it. Empty: any on the Internet.',
  ),
  pushAllowHosts: option(
    'PUSH_ALLOW_HOSTS',
    '',
    places,
    'Push services that have no public address, as `host` or `host:port`, separated by commas. Otherwise the server never connects to a private address that a user names.',
  ),
  pushProviderUrl: option(
    'PUSH_PROVIDER_URL',
    '',
    z.literal('').or(url('http:', 'https:')),
    'URL of your own server, which receives what is to be pushed by APNs and FCM. Empty: there is none.',
  ),
  pushProviderSecret: option(
    'PUSH_PROVIDER_SECRET',
    '',
    z.string().regex(/^$|^(whsec_)?[A-Za-z0-9+/]{32,}={0,2}$/, 'must be `whsec_` and at least 24 bytes in base64'),
    'Secret with which requests to PUSH_PROVIDER_URL are signed, as in Standard Webhooks: `whsec_` and the key in base64.',
  ),
} as const;
