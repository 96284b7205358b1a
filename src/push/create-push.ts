import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import { ChatError } from '../errors.ts';
import type { Log } from '../log/index.ts';
import { createPoster } from '../outgoing/index.ts';
import type { ServerKey } from '../server-key.ts';
import type { Effect } from '../worker/index.ts';
import type { DeliverParts } from './deliver.ts';
import { createPushEffect } from './effect.ts';
import { createProvider } from './provider.ts';
import type { Pushes } from './push.ts';
import { type NewDevice, register, unregister } from './register.ts';
import { createRests } from './rests.ts';
import { createRounds, type RoundParts } from './rounds.ts';
import type { Sender } from './sender.ts';
import { requireQuietHours, requireSubscription, requireToken, requireVapidKey } from './shape.ts';
import { settleQuietHours, settleSilentUntil } from './silence.ts';
import { quietHoursOf, readDevices, shownDevice, silentUntilOf } from './store.ts';
import { vapidPairs } from './vapid.ts';
import { createWebPush } from './web-push.ts';

/** The configuration options that the module reads. */
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

/** The parts that the module needs. */
export interface PushParts extends Omit<DeliverParts, 'rests' | 'senderOf' | 'config'> {
  readonly log: Log;
  readonly logger: Logger;
  readonly keys: readonly ServerKey[];
  readonly config: Pick<Config, PushOption>;
  /** A clock in ms that never goes back. Defaults to the process' own. */
  readonly clock?: (() => number) | undefined;
}

/** The push module, with the effect that the worker runs. */
export interface Push extends Pushes {
  readonly effect: Effect;
  /** Starts to send what is due, if this node is a worker. */
  begin(): void;
}

/** Creates the push module. Disposing it aborts what is under way, which is sent by another node, or later. */
export function createPush(given: PushParts): Push {
  const { db, config } = given;
  const poster = createPoster({ allowed: config.pushAllowHosts });
  const pairs = vapidPairs(config.vapidKeys, given.keys);
  const web = createWebPush({ poster, pairs, subject: config.vapidSubject });
  const { pushProviderUrl: url, pushProviderSecret: secret } = config;
  const provider = url === '' ? null : createProvider({ poster, url, secret });
  const senderOf: DeliverParts['senderOf'] = ({ kind }): Sender | null => (kind === 'WEB' ? web : provider);
  const parts: RoundParts = { ...given, senderOf, rests: createRests(given.clock ?? (() => performance.now())) };
  const vapidPublicKey = config.push ? (pairs[0]?.publicKey ?? null) : null;
  const rounds = createRounds(parts);

  function requireOn(isOn: boolean, what: string): void {
    if (!isOn) throw new ChatError('FORBIDDEN', `This server does not send notifications ${what}.`);
  }

  const none: Pick<NewDevice, 'p256dh' | 'auth' | 'vapidKey'> = { p256dh: null, auth: null, vapidKey: null };
  return {
    vapidPublicKey,
    effect: createPushEffect(given),
    begin() {
      if (config.push && config.roles.includes('worker')) rounds.begin();
    },
    async registerWeb(viewer, subscription) {
      requireOn(config.push, 'by push');
      const { endpoint, p256dh, auth } = requireSubscription(subscription, {
        allowed: config.pushAllowHosts,
        services: config.pushServices,
      });
      const named = subscription.vapidPublicKey ?? null;
      const known = pairs.map(({ publicKey }) => publicKey);
      const vapidKey = named === null ? vapidPublicKey : requireVapidKey(named, known);
      return register(given, viewer, { kind: 'WEB', address: endpoint, p256dh, auth, vapidKey });
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
    setSilentUntil: (viewer, silentUntil) => settleSilentUntil(given, viewer, silentUntil),
    silentUntil: (userIds) => silentUntilOf.read(db.client, userIds),
    sendDue: rounds.sendDue,
    async eraseAll(userId) {
      await db.transaction(async (tx) => {
        await tx.pushDelivery.deleteMany({ where: { userId } });
        await tx.pushDevice.deleteMany({ where: { userId } });
        await tx.quietHours.deleteMany({ where: { userId } });
      });
    },
    async [Symbol.asyncDispose]() {
      await rounds[Symbol.asyncDispose]();
      poster[Symbol.dispose]();
    },
  };
}
