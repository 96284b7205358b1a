import type { Viewer } from '../user/index.ts';
import type { QuietHours } from './quiet-hours.ts';

/** The platforms that the operators' provider serves (schema: `enum PushPlatform`). */
export type PushPlatform = 'APNS' | 'FCM';

/** The kind of a device: a browser, or an app on a platform of the provider. */
export type PushKind = 'WEB' | PushPlatform;

/** A signed-in device that gets pushes while its user is away. */
export interface PushDevice {
  /** The session's UUID. The device is part of the session. */
  readonly sessionId: string;
  readonly userId: bigint;
  readonly kind: PushKind;
  readonly createdAt: Date;
}

/** A browser's subscription, in the form of PushSubscription.toJSON(). */
export interface WebSubscription {
  readonly endpoint: string;
  /** The browser's public key and the shared secret, in base64url. */
  readonly p256dh: string;
  readonly auth: string;
  /** The server's public key with which the browser has subscribed, in base64url. Absent: the current one. */
  readonly vapidPublicKey?: string | null | undefined;
}

/** The push module's interface. Refusals are ChatErrors whose `field` is named after the options. */
export interface Pushes extends AsyncDisposable {
  /** The key with which browsers subscribe (`applicationServerKey`), in base64url. Null if push is off. */
  readonly vapidPublicKey: string | null;
  /**
   * Registers a browser's subscription for the viewer's session, in place of any former registration. If another session has registered the
   * same subscription, that registration ends. Throws INVALID_INPUT (endpoint, p256dh, auth, vapidPublicKey), FORBIDDEN if push is off,
   * NOT_FOUND if the account was erased meanwhile.
   */
  registerWeb(viewer: Viewer, subscription: WebSubscription): Promise<PushDevice>;
  /** Like `registerWeb`, for the operators' provider. Throws INVALID_INPUT (token), FORBIDDEN if there is no provider. */
  registerDevice(viewer: Viewer, options: { platform: PushPlatform; token: string }): Promise<PushDevice>;
  /**
   * Ends the registration of one of the viewer's sessions, by default the current one, and returns its id. Throws NOT_FOUND (sessionId).
   */
  unregister(viewer: Viewer, options: { sessionId?: string | undefined }): Promise<string>;
  /** Reads the registrations of the viewer's live sessions, the newest first. */
  devices(viewer: Viewer): Promise<readonly PushDevice[]>;
  /** Sets the viewer's quiet hours. Null: none. Throws INVALID_INPUT (quietHours.start, …). */
  setQuietHours(viewer: Viewer, quietHours: QuietHours | null): Promise<void>;
  /** Reads users' quiet hours, in the order asked for; null: none. Only for the user themselves. */
  quietHours(userIds: readonly bigint[]): Promise<readonly (QuietHours | null)[]>;
  /** Sets the time until which the viewer gets no pushes. Null: none. Throws INVALID_INPUT (silentUntil: not in the future). */
  setSilentUntil(viewer: Viewer, silentUntil: Date | null): Promise<void>;
  /** Reads the times until which users get no pushes, in the order asked for. Null: none. A time in the past means none too. Only for the user themselves. */
  silentUntil(userIds: readonly bigint[]): Promise<readonly (Date | null)[]>;
  /** Sends what is due now and returns how many deliveries were tried. Throws UNAVAILABLE. */
  sendDue(): Promise<number>;
  /** Removes everything of an erased account. Throws UNAVAILABLE. */
  eraseAll(userId: bigint): Promise<void>;
}
