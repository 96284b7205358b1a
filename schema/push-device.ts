import type { PushDevice as PushDeviceShape, PushPlatform as PushPlatformWord } from '../src/push/index.ts';
import type { Session as SessionShape, Viewer as ViewerShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { requireViewer } from './context.ts';
import { formatId, optionalInputId } from './ids.ts';
import { mutation, type PayloadBuilder } from './mutation.ts';
import { beginField } from './operation.ts';
import { Session } from './session.ts';
import { currentViewer, Viewer } from './viewer.ts';

const kinds: Record<PushDeviceShape['kind'], { readonly description: string }> = {
  WEB: { description: 'A browser, through Web Push.' },
  APNS: { description: 'An app on Apple’s platforms, through the Apple Push Notification service (APNs).' },
  FCM: { description: 'An app, through Firebase Cloud Messaging (FCM).' },
};

const PushKind = builder.enumType('PushKind', {
  description: 'The service through which a device receives push notifications.',
  values: kinds,
});

const PushPlatform = builder.enumType('PushPlatform', {
  description: 'The service through which an app receives push notifications.',
  values: { APNS: kinds.APNS, FCM: kinds.FCM } satisfies Record<PushPlatformWord, unknown>,
});

const PushDevice = builder.objectRef<PushDeviceShape>('PushDevice').implement({
  description: 'A signed-in device of the viewer that receives push notifications while the viewer is away, as long as its session lasts.',
  fields: (t) => ({
    kind: t.expose('kind', { type: PushKind, description: 'The service through which the device receives push notifications.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the device was registered for push notifications.' }),
    session: t.field({
      type: Session,
      nullable: true,
      description: 'The session of the device, or null once it has ended.',
      async resolve({ sessionId }, _args, context): Promise<SessionShape | null> {
        const { chat, scope } = context;
        const own = await scope.loaders.ownPage('sessions', () => chat.users.sessions(requireViewer(context)));
        return own.find(({ id }) => id === sessionId) ?? null;
      },
    }),
  }),
});

builder.objectField(Viewer, 'pushDevices', (t) =>
  t.field({
    type: [PushDevice],
    description: 'The viewer’s devices that receive push notifications, most recently registered first. At most one for each session.',
    resolve: (viewer, _args, { chat, scope }) => scope.loaders.ownPage('pushDevices', () => chat.push.devices(viewer)),
  }),
);

builder.queryField('vapidPublicKey', (t) =>
  t.string({
    nullable: true,
    description:
      'The public key with which a browser subscribes to Web Push, as its `applicationServerKey`, in base64url. Null if this server sends no push notifications.',
    async resolve(_root, _args, context, info): Promise<string | null> {
      await beginField(context, info);
      return context.chat.push.vapidPublicKey;
    },
  }),
);

function registeredFields(t: PayloadBuilder<{ readonly pushDevice: PushDeviceShape; readonly viewer: ViewerShape }>) {
  return {
    pushDevice: t.expose('pushDevice', {
      type: PushDevice,
      nullable: true,
      description: 'The registered device, or null if the mutation was refused.',
    }),
    viewer: t.expose('viewer', currentViewer),
  };
}

mutation('registerWebPush', {
  description:
    'Registers the current session for push notifications to this browser, until the session ends. This replaces an earlier registration of the session. If another session was registered with the same subscription, it no longer is. All of the viewer’s devices receive `ViewerChanged`.',
  inputDescription: 'The input of `registerWebPush`: a subscription of this browser, as `PushSubscription.toJSON()` returns it.',
  input: (t) => ({
    endpoint: t.string({ required: true, description: 'The `endpoint` of the subscription: an https URL of up to 2,048 characters.' }),
    p256dh: t.string({ required: true, description: 'The `keys.p256dh` of the subscription.' }),
    auth: t.string({ required: true, description: 'The `keys.auth` of the subscription.' }),
    vapidPublicKey: t.string({
      description:
        'The `vapidPublicKey` with which the browser subscribed, so that pushes are signed with that key while the server changes its keys. Refused with INVALID_INPUT if the server does not have this key: the browser then has to subscribe again. Defaults to the current key.',
    }),
  }),
  act: async (viewer, input, { chat }) => ({ pushDevice: await chat.push.registerWeb(viewer, input), viewer }),
  payload: registeredFields,
});

mutation('registerPushDevice', {
  description:
    'Registers the current session for push notifications to an app, by its APNs or FCM token, just as `registerWebPush` does for a browser. Refused with FORBIDDEN if this server reaches neither service.',
  input: (t) => ({
    platform: t.field({ type: PushPlatform, required: true, description: 'The service that issued the token.' }),
    token: t.string({ required: true, description: 'The device token: up to 2,048 printable ASCII characters.' }),
  }),
  act: async (viewer, input, { chat }) => ({ pushDevice: await chat.push.registerDevice(viewer, input), viewer }),
  payload: registeredFields,
});

mutation('unregisterPush', {
  description:
    'Stops push notifications to one of the viewer’s devices. Repeating it has no further effect. All of the viewer’s devices receive `ViewerChanged`.',
  input: (t) => ({ sessionId: t.id({ description: 'The ID of one of the viewer’s sessions. Defaults to the current session.' }) }),
  async act(viewer, { sessionId: id }, { chat }) {
    const sessionId = optionalInputId('Session', id, 'sessionId');
    return { sessionId: await chat.push.unregister(viewer, { sessionId }), viewer };
  },
  payload: (t) => ({
    sessionId: t.id({
      nullable: true,
      description: 'The ID of the session that no longer receives push notifications, or null if the mutation was refused.',
      resolve: ({ sessionId }) => (sessionId === undefined ? null : formatId('Session', sessionId)),
    }),
    viewer: t.expose('viewer', currentViewer),
  }),
});
