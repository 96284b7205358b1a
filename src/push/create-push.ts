import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { ChatError } from '../errors.ts';
import type { Log } from '../log/index.ts';
import { createPoster } from '../outgoing/index.ts';
import type { ServerKey } from '../server-key.ts';
import type { Effect } from '../worker/index.ts';
import { type DeliverParts, deliverDue } from './deliver.ts';
import { handOutDue } from './due.ts';
import { createPushEffect } from './effect.ts';
import { createProvider } from './provider.ts';
import type { Pushes } from './push.ts';
import { type NewDevice, register, settleQuietHours, unregister } from './register.ts';
import { createRests } from './rests.ts';
import type { Sender } from './sender.ts';
import { requireQuietHours, requireSubscription, requireToken } from './shape.ts';
import { quietHoursOf, readDevices, shownDevice } from './store.ts';
import { vapidPairs } from './vapid.ts';
import { createWebPush } from './web-push.ts';

/** What of the configuration the module heeds. */
export type PushOption =
  | 'push'
  | 'pushContent'
  | 'pushDelayMs'
  | 'pushTtlSeconds'
  | 'pushServices'
  | 'pushAllowHosts'
  | 'pushProviderUrl'
  | 'pushProviderSecret'
  | 'vapidKeys'
  | 'vapidSubject'
  | 'presenceGraceMs'
  | 'jobPollMs'
  | 'roles';

/** What the module is made of. */
export interface PushParts extends Omit<DeliverParts, 'rests' | 'senderOf' | 'config'> {
  readonly log: Log;
  readonly logger: Logger;
  readonly keys: readonly ServerKey[];
  readonly config: Pick<Config, PushOption>;
}

/** The module, and what the worker calls. */
export interface Push extends Pushes {
  readonly effect: Effect;
}

/** Makes the module, and begins to send what is due where this node is a worker. Disposing it breaks off what is under way, which is sent by another node, or later. */
export function createPush(given: PushParts): Push {
  const { db, config, logger } = given;
  const [allowed, services] = [listOf(config.pushAllowHosts), listOf(config.pushServices)];
  const poster = createPoster({ allowed });
  const pairs = vapidPairs(config.vapidKeys, given.keys);
  const web = createWebPush({ poster, pairs, subject: config.vapidSubject });
  const { pushProviderUrl: url, pushProviderSecret: secret } = config;
  const provider = url === '' ? null : createProvider({ poster, url, secret });
  const senderOf: DeliverParts['senderOf'] = ({ kind }): Sender | null => (kind === 'WEB' ? web : provider);
  const parts: DeliverParts = { ...given, senderOf, rests: createRests(Date.now) };
  const vapidPublicKey = config.push ? (pairs[0]?.publicKey ?? null) : null;
  const effect = createPushEffect(given);
  const closing = new AbortController();
  let round: Promise<number> | undefined;

  async function doRound(): Promise<number> {
    const handedOut = await handOutDue(given, closing.signal);
    return handedOut + (await deliverDue(parts, closing.signal));
  }

  async function sendDue(): Promise<number> {
    for (let sent = 0; ; ) {
      // One round at a time, whoever asks for it.
      round ??= doRound().finally(() => {
        round = undefined;
      });
      const count = await round;
      sent += count;
      if (count === 0) return sent;
    }
  }

  async function poll(): Promise<void> {
    while (!closing.signal.aborted) {
      await sendDue().catch((error: unknown) => {
        if (!closing.signal.aborted) logger.warn({ err: error }, 'what is to be pushed could not be read; it is looked for again');
      });
      // With jitter, so that nodes do not look all at once.
      const pauseMs = config.jobPollMs * (0.5 + Math.random());
      await delay(pauseMs, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
    }
  }

  function requireOn(isOn: boolean, what: string): void {
    if (!isOn) throw new ChatError('FORBIDDEN', `This server tells nobody ${what}.`);
  }

  const polling = config.push && config.roles.includes('worker') ? poll() : Promise.resolve();
  const none: Pick<NewDevice, 'p256dh' | 'auth' | 'vapidKey'> = { p256dh: null, auth: null, vapidKey: null };
  return {
    vapidPublicKey,
    effect: { ...effect, wanted: async () => config.push && (await effect.wanted()) },
    async registerWeb(viewer, subscription) {
      requireOn(config.push, 'by push');
      const { endpoint, p256dh, auth } = requireSubscription(subscription, { allowed, services });
      return register(given, viewer, { kind: 'WEB', address: endpoint, p256dh, auth, vapidKey: vapidPublicKey });
    },
    async registerDevice(viewer, { platform, token }) {
      requireOn(config.push && provider !== null, 'through APNs or FCM');
      return register(given, viewer, { ...none, kind: platform, address: requireToken(token) });
    },
    unregister: (viewer, options) => unregister(given, viewer, options),
    async devices({ userId }) {
      return (await readDevices(db.client, [userId], await db.now())).map(shownDevice);
    },
    setQuietHours: async (viewer, quiet) => settleQuietHours(given, viewer, quiet && requireQuietHours(quiet)),
    quietHours: (userIds) => quietHoursOf.read(db.client, userIds),
    sendDue,
    async eraseAll(userId) {
      await db.transaction(async (tx) => {
        await tx.pushDelivery.deleteMany({ where: { userId } });
        await tx.pushDevice.deleteMany({ where: { userId } });
        await tx.quietHours.deleteMany({ where: { userId } });
      });
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await polling;
      poster[Symbol.dispose]();
    },
  };
}

function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '');
}
