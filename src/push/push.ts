import type { Viewer } from '../user/index.ts';
import type { QuietHours } from './quiet-hours.ts';

/** What kinds of devices a provider of the operators' own speaks to (schema: `enum PushPlatform`). */
export const pushPlatforms = ['APNS', 'FCM'] as const;
export type PushPlatform = (typeof pushPlatforms)[number];

/** Where a session is told: a browser, or an app by way of the provider. */
export type PushKind = 'WEB' | PushPlatform;

/** A signed-in device that is told of what comes while its user is away. */
export interface PushDevice {
  /** UUID text of the session, of which it is part. */
  readonly sessionId: string;
  readonly userId: bigint;
  readonly kind: PushKind;
  readonly createdAt: Date;
}

/** A browser's subscription, as PushSubscription.toJSON() gives it. */
export interface WebSubscription {
  readonly endpoint: string;
  /** Public key of the browser and shared secret, in base64url. */
  readonly p256dh: string;
  readonly auth: string;
}

/** The push module's face. Refusals are thrown as ChatError with `field` named from the options. */
export interface Pushes extends AsyncDisposable {
  /** By which browsers subscribe (`applicationServerKey`), in base64url; null where push is off. */
  readonly vapidPublicKey: string | null;
  /**
   * Has the viewer's session told by a browser's subscription, in place of whatever it was told by; the same subscription of another session is that
   * session's no more. Throws INVALID_INPUT (endpoint, p256dh, auth), FORBIDDEN where push is off, NOT_FOUND where the account was erased meanwhile.
   */
  registerWeb(viewer: Viewer, subscription: WebSubscription): Promise<PushDevice>;
  /** The same by the operators' provider. Throws INVALID_INPUT (token), FORBIDDEN where there is no provider. */
  registerDevice(viewer: Viewer, options: { platform: PushPlatform; token: string }): Promise<PushDevice>;
  /** Has one of the viewer's sessions, by default the one that asks, told no more; answers which. Throws NOT_FOUND (sessionId). */
  unregister(viewer: Viewer, options: { sessionId?: string | undefined }): Promise<string>;
  /** The viewer's live sessions that are told, the newest registration first. */
  devices(viewer: Viewer): Promise<readonly PushDevice[]>;
  /** Settles when the viewer is told of nothing; null: at no time. Throws INVALID_INPUT (quietHours.start, …). */
  setQuietHours(viewer: Viewer, quietHours: QuietHours | null): Promise<void>;
  /** In the order asked for; null: none. Only for the user themselves. */
  quietHours(userIds: readonly bigint[]): Promise<readonly (QuietHours | null)[]>;
  /** Sends what is due at this moment and answers how many pushes were tried. Throws UNAVAILABLE. */
  sendDue(): Promise<number>;
  /** Leaves nothing of an erased account. Throws UNAVAILABLE. */
  eraseAll(userId: bigint): Promise<void>;
}
