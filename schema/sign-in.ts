import type { SignedIn, Viewer as ViewerShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { type Context, refresh, requireViewer } from './context.ts';
import { DeviceKind } from './device-kind.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { formatId, optionalInputId } from './ids.ts';
import { Viewer } from './viewer.ts';

type SignedInShape = Partial<SignedIn> & Refusable;

function signedInPayload(name: string, mutationName: string) {
  return withErrors(
    builder.objectRef<SignedInShape>(name).implement({
      description: `The payload of \`${mutationName}\`. All values are null if the mutation was refused.`,
      fields: (t) => ({
        viewer: t.field({
          type: Viewer,
          nullable: true,
          description: 'The signed-in user, or null if the mutation was refused.',
          resolve: ({ viewer }): ViewerShape | undefined => viewer,
        }),
        accessToken: t.exposeString('accessToken', {
          nullable: true,
          description:
            'The access token, or null if the mutation was refused. Send it as `Authorization: Bearer …` over HTTP, and as `authorization` in the payload of `connection_init` over WebSocket.',
        }),
        accessTokenExpiresAt: t.expose('accessTokenExpiresAt', {
          type: 'DateTime',
          nullable: true,
          description: 'When the access token expires, or null if the mutation was refused.',
        }),
        refreshToken: t.exposeString('refreshToken', {
          nullable: true,
          description: 'The refresh token, or null if the mutation was refused. It can be exchanged once for the next access token.',
        }),
      }),
    }),
  );
}

/**
 * Resolves the rest of the payload for the user who has just signed in. The next mutation of the document has the sender as its viewer
 * again.
 */
function asViewer(context: Context, signedIn: SignedIn): SignedIn {
  refresh(context, signedIn.viewer);
  return signedIn;
}

const SignUpInput = builder.inputType('SignUpInput', {
  description: 'The input of `signUp`.',
  fields: (t) => ({
    handle: t.string({ required: true, description: 'The handle: 3 to 32 of `a-z 0-9 _ . -`. Uppercase letters become lowercase.' }),
    displayName: t.string({ description: 'The display name, 1 to 64 characters. Defaults to the handle.' }),
    password: t.string({ required: true, description: 'The password, 8 to 256 characters.' }),
    deviceName: t.string({ description: 'The name of this device, up to 100 characters.' }),
    deviceKind: t.field({ type: DeviceKind, description: 'The kind of this device. Defaults to OTHER.' }),
  }),
});

builder.mutationField('signUp', (t) =>
  t.field({
    type: signedInPayload('SignUpPayload', 'signUp'),
    description: 'Creates a user and signs them in.',
    args: { input: t.arg({ type: SignUpInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => asViewer(context, await context.chat.users.signUp({ ...input, address: context.address }))),
  }),
);

const SignInInput = builder.inputType('SignInInput', {
  description: 'The input of `signIn`.',
  fields: (t) => ({
    handle: t.string({ required: true, description: 'The user’s handle, in uppercase or lowercase.' }),
    password: t.string({ required: true, description: 'The user’s password.' }),
    deviceName: t.string({ description: 'The name of this device, up to 100 characters.' }),
    deviceKind: t.field({ type: DeviceKind, description: 'The kind of this device. Defaults to OTHER.' }),
  }),
});

builder.mutationField('signIn', (t) =>
  t.field({
    type: signedInPayload('SignInPayload', 'signIn'),
    description: 'Signs in by handle and password, and starts a session on this device.',
    args: { input: t.arg({ type: SignInInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => asViewer(context, await context.chat.users.signIn({ ...input, address: context.address }))),
  }),
);

const SignInWithTokenInput = builder.inputType('SignInWithTokenInput', {
  description: 'The input of `signInWithToken`.',
  fields: (t) => ({
    token: t.string({
      required: true,
      description: 'A JSON Web Token from the server’s identity provider, or from a backend of its operators, that says who the user is.',
    }),
    deviceName: t.string({ description: 'The name of this device, up to 100 characters.' }),
    deviceKind: t.field({ type: DeviceKind, description: 'The kind of this device. Defaults to OTHER.' }),
  }),
});

builder.mutationField('signInWithToken', (t) =>
  t.field({
    type: signedInPayload('SignInWithTokenPayload', 'signInWithToken'),
    description:
      'Signs in the user whom a JSON Web Token names, and starts a session on this device. The operators set whose tokens are accepted. A user who signs in for the first time gets an account. The session is continued with `refreshToken`, like any other.',
    args: { input: t.arg({ type: SignInWithTokenInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () =>
        asViewer(context, await context.chat.users.signInWithToken({ ...input, address: context.address })),
      ),
  }),
);

const RefreshTokenInput = builder.inputType('RefreshTokenInput', {
  description: 'The input of `refreshToken`.',
  fields: (t) => ({ refreshToken: t.string({ required: true, description: 'The newest refresh token of the session.' }) }),
});

builder.mutationField('refreshToken', (t) =>
  t.field({
    type: signedInPayload('RefreshTokenPayload', 'refreshToken'),
    description:
      'Exchanges a refresh token for the next pair of tokens. Repeated within 30 seconds, it returns the same pair. After that, it ends the session, because somebody else may have the token.',
    args: { input: t.arg({ type: RefreshTokenInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => asViewer(context, await context.chat.users.refresh(input))),
  }),
);

const SignOutInput = builder.inputType('SignOutInput', {
  description: 'The input of `signOut`.',
  fields: (t) => ({ sessionId: t.id({ description: 'The ID of one of the viewer’s sessions. Defaults to the current session.' }) }),
});

interface SignOutShape extends Refusable {
  readonly sessionId?: string;
}

const SignOutPayload = withErrors(
  builder.objectRef<SignOutShape>('SignOutPayload').implement({
    description: 'The payload of `signOut`.',
    fields: (t) => ({
      sessionId: t.exposeID('sessionId', {
        nullable: true,
        description: 'The ID of the ended session, or null if the mutation was refused.',
      }),
    }),
  }),
);

builder.mutationField('signOut', (t) =>
  t.field({
    type: SignOutPayload,
    description:
      'Ends a session. On every node, its tokens are refused and its sockets are closed with code 4401. Ending a session that has already ended is not an error.',
    args: { input: t.arg({ type: SignOutInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { sessionId } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const session = optionalInputId('Session', sessionId, 'sessionId');
        return { sessionId: formatId('Session', await context.chat.users.signOut(viewer, { sessionId: session })) };
      }),
  }),
);
