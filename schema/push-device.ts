import { type PushDevice as PushDeviceShape, type PushPlatform as PushPlatformWord, pushPlatforms } from '../src/push/index.ts';
import type { Session as SessionShape, Viewer as ViewerShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { formatId, inputId } from './ids.ts';
import { beginField } from './operation.ts';
import { Session } from './session.ts';
import { Viewer } from './viewer.ts';

const kinds: Record<PushDeviceShape['kind'], { readonly description: string }> = {
  WEB: { description: 'A browser, by its push service.' },
  APNS: { description: 'An app on Apple’s systems.' },
  FCM: { description: 'An app that Firebase Cloud Messaging reaches.' },
};

const PushKind = builder.enumType('PushKind', { description: 'By what a device is told.', values: kinds });

const PushPlatform = builder.enumType('PushPlatform', {
  description: 'By what an app is told.',
  values: Object.fromEntries(pushPlatforms.map((platform) => [platform, kinds[platform]])) as Record<
    PushPlatformWord,
    { readonly description: string }
  >,
});

const PushDevice = builder.objectRef<PushDeviceShape>('PushDevice').implement({
  description: 'One of the viewer’s signed-in devices that is told of what comes while they are away, as long as its session lasts.',
  fields: (t) => ({
    kind: t.expose('kind', { type: PushKind, description: 'By what it is told.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was registered for it.' }),
    session: t.field({
      type: Session,
      nullable: true,
      description: 'Its session; null once that has ended.',
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
    description:
      'The devices that are told of what comes while the viewer is away, the last to be registered first; at most one a session.',
    resolve: (viewer, _args, { chat, scope }) => scope.loaders.ownPage('pushDevices', () => chat.push.devices(viewer)),
  }),
);

builder.queryField('vapidPublicKey', (t) =>
  t.string({
    nullable: true,
    description: 'By which a browser subscribes, as `applicationServerKey`: base64url. Null: this server tells nobody by push.',
    async resolve(_root, _args, context, info): Promise<string | null> {
      await beginField(context, info);
      return context.chat.push.vapidPublicKey;
    },
  }),
);

const RegisterWebPushInput = builder.inputType('RegisterWebPushInput', {
  description: 'A subscription of this browser, as `PushSubscription.toJSON()` has it.',
  fields: (t) => ({
    endpoint: t.string({ required: true, description: 'Its address at a push service: https, up to 2,048 characters.' }),
    p256dh: t.string({ required: true, description: '`keys.p256dh`.' }),
    auth: t.string({ required: true, description: '`keys.auth`.' }),
  }),
});

const RegisterPushDeviceInput = builder.inputType('RegisterPushDeviceInput', {
  description: 'What this app is told by.',
  fields: (t) => ({
    platform: t.field({ type: PushPlatform, required: true, description: 'Whose token it is.' }),
    token: t.string({ required: true, description: 'Up to 2,048 printable ASCII characters.' }),
  }),
});

const UnregisterPushInput = builder.inputType('UnregisterPushInput', {
  description: 'Which device.',
  fields: (t) => ({ sessionId: t.id({ description: 'One of the viewer’s sessions; by default the one that asks.' }) }),
});

interface RegisteredShape extends Refusable {
  readonly pushDevice?: PushDeviceShape;
  readonly viewer?: ViewerShape;
}

function registeredPayload(name: string, mutationName: string) {
  return withErrors(
    builder.objectRef<RegisteredShape>(name).implement({
      description: `What came of ${mutationName}.`,
      fields: (t) => ({
        pushDevice: t.expose('pushDevice', { type: PushDevice, nullable: true, description: 'The device; null if it was refused.' }),
        viewer: t.expose('viewer', { type: Viewer, nullable: true, description: 'The viewer as they stand; null if it was refused.' }),
      }),
    }),
  );
}

builder.mutationFields((t) => ({
  registerWebPush: t.field({
    type: registeredPayload('RegisterWebPushPayload', 'registerWebPush'),
    description:
      'Has the session that asks told by this browser’s subscription of what comes while the viewer is away, in place of what it was told by, until it ends. The same subscription of another session is that one’s no more. All own devices get ViewerChanged.',
    args: { input: t.arg({ type: RegisterWebPushInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        return { pushDevice: await context.chat.push.registerWeb(viewer, input), viewer };
      }),
  }),
  registerPushDevice: t.field({
    type: registeredPayload('RegisterPushDevicePayload', 'registerPushDevice'),
    description: 'The same for an app, by a token of APNs or FCM. FORBIDDEN where this server speaks to neither.',
    args: { input: t.arg({ type: RegisterPushDeviceInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        return { pushDevice: await context.chat.push.registerDevice(viewer, input), viewer };
      }),
  }),
}));

interface UnregisterPushShape extends Refusable {
  readonly sessionId?: string;
  readonly viewer?: ViewerShape;
}

const UnregisterPushPayload = withErrors(
  builder.objectRef<UnregisterPushShape>('UnregisterPushPayload').implement({
    description: 'What came of unregisterPush.',
    fields: (t) => ({
      sessionId: t.id({
        nullable: true,
        description: 'The session that is told no more; null if it was refused.',
        resolve: ({ sessionId }) => (sessionId === undefined ? null : formatId('Session', sessionId)),
      }),
      viewer: t.expose('viewer', { type: Viewer, nullable: true, description: 'The viewer as they stand; null if it was refused.' }),
    }),
  }),
);

builder.mutationField('unregisterPush', (t) =>
  t.field({
    type: UnregisterPushPayload,
    description: 'Has one of the viewer’s devices told no more. Done again, it stands so already. All own devices get ViewerChanged.',
    args: { input: t.arg({ type: UnregisterPushInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { sessionId: id } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const sessionId = id === null || id === undefined ? undefined : inputId('Session', id, 'sessionId');
        return { sessionId: await context.chat.push.unregister(viewer, { sessionId }), viewer };
      }),
  }),
);
