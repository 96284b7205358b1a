import { createECDH } from 'node:crypto';
import { z } from 'zod';
import { flag, oneOf, option, url, whole } from './config-option.ts';

const hosts = z.string().regex(/^$|^[\w.*:[\]-]+(,\s*[\w.*:[\]-]+)*$/, 'must be hosts joined by commas');

function isPrivateKey(text: string): boolean {
  try {
    createECDH('prime256v1').setPrivateKey(Buffer.from(text, 'base64url'));
    return /^[\w-]{43}$/.test(text);
  } catch {
    return false;
  }
}

/** What can be configured of how people are told while they are away. The same on every node of a system. */
export const pushOptions = {
  push: option('PUSH', 'true', flag, 'Tell people who are away of what comes, on the devices that they have registered for it.'),
  pushContent: option(
    'PUSH_CONTENT',
    'full',
    oneOf('full', 'sender', 'none'),
    'How much a push says: all; who it is from and where, without the text; or only that there is something.',
  ),
  pushDelayMs: option(
    'PUSH_DELAY_MS',
    '5000',
    whole(0, 600_000),
    'For how many ms what is said waits to be pushed: what is said meanwhile in the same conversation goes with it, and who reads it by then is not told.',
  ),
  pushTtlSeconds: option(
    'PUSH_TTL_SECONDS',
    '86400',
    whole(60, 2_419_200),
    'For how long a push is tried again, and kept by the service that passes it on.',
  ),
  vapidSubject: option(
    'VAPID_SUBJECT',
    'mailto:push@mpim.invalid',
    url('mailto:', 'https:'),
    'Whom a push service may turn to: `mailto:` or `https://`. Apple refuses addresses that are not there.',
  ),
  vapidKeys: option(
    'VAPID_KEYS',
    '',
    z.string().refine((text) => text === '' || text.split(',').every(isPrivateKey), {
      message: 'must be private keys of P-256 in base64url (43 characters), joined by commas',
    }),
    'Private keys by which push services know this server, joined by commas: browsers subscribe by the first, the others still serve. Empty: one is derived of each signing key.',
  ),
  pushServices: option(
    'PUSH_SERVICES',
    '',
    hosts,
    'Push services that browsers may be told by: hosts joined by commas, `*.` before a domain for all in it. Empty: any in the Internet.',
  ),
  pushAllowHosts: option(
    'PUSH_ALLOW_HOSTS',
    '',
    hosts,
    'Push services that are no public addresses, as `host` or `host:port` joined by commas. What users name is never spoken to otherwise.',
  ),
  pushProviderUrl: option(
    'PUSH_PROVIDER_URL',
    '',
    z.literal('').or(url('http:', 'https:')),
    'A server of your own that is told what to push by APNs and FCM. Empty: there is none.',
  ),
  pushProviderSecret: option(
    'PUSH_PROVIDER_SECRET',
    '',
    z.string().regex(/^$|^(whsec_)?[A-Za-z0-9+/]{32,}={0,2}$/, 'must be `whsec_` and at least 24 bytes in base64'),
    'By what the requests to it are signed, as Standard Webhooks says: `whsec_` and the key in base64.',
  ),
} as const;
