import type { SignedIn, Viewer as ViewerShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { type Context, refresh, requireViewer } from './context.ts';
import { DeviceKind } from './device-kind.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { formatId, inputId } from './ids.ts';
import { Viewer } from './viewer.ts';

type SignedInShape = Partial<SignedIn> & Refusable;

function signedInPayload(name: string, mutationName: string) {
  return withErrors(
    builder.objectRef<SignedInShape>(name).implement({
      description: `What came of ${mutationName}: all null if it was refused.`,
      fields: (t) => ({
        viewer: t.field({
          type: Viewer,
          nullable: true,
          description: 'Who is signed in.',
          resolve: ({ viewer }): ViewerShape | undefined => viewer,
        }),
        accessToken: t.exposeString('accessToken', {
          nullable: true,
          description:
            'To send as `Authorization: Bearer …` over HTTP, and under `authorization` in the payload of connection_init over WebSocket.',
        }),
        accessTokenExpiresAt: t.expose('accessTokenExpiresAt', {
          type: 'DateTime',
          nullable: true,
          description: 'From when on the access token is refused.',
        }),
        refreshToken: t.exposeString('refreshToken', { nullable: true, description: 'To get the next access token with, once.' }),
      }),
    }),
  );
}

/** The rest of the payload is resolved for who has just signed in; the next mutation of the document is the sender's again. */
function asViewer(context: Context, signedIn: SignedIn): SignedIn {
  refresh(context, signedIn.viewer);
  return signedIn;
}

const SignUpInput = builder.inputType('SignUpInput', {
  description: 'Who signs up.',
  fields: (t) => ({
    handle: t.string({ required: true, description: '3 to 32 of `a-z 0-9 _ . -`; upper case is lowered.' }),
    displayName: t.string({ description: '1 to 64 characters; the handle by default.' }),
    password: t.string({ required: true, description: '8 to 256 characters.' }),
    deviceName: t.string({ description: 'What to call this device, up to 100 characters.' }),
    deviceKind: t.field({ type: DeviceKind, description: 'What this device is; OTHER by default.' }),
  }),
});

builder.mutationField('signUp', (t) =>
  t.field({
    type: signedInPayload('SignUpPayload', 'signUp'),
    description: 'Makes a user and signs them in.',
    args: { input: t.arg({ type: SignUpInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => asViewer(context, await context.chat.users.signUp({ ...input, address: context.address }))),
  }),
);

const SignInInput = builder.inputType('SignInInput', {
  description: 'Who signs in.',
  fields: (t) => ({
    handle: t.string({ required: true, description: 'Their handle, in upper or lower case.' }),
    password: t.string({ required: true, description: 'Their password.' }),
    deviceName: t.string({ description: 'What to call this device, up to 100 characters.' }),
    deviceKind: t.field({ type: DeviceKind, description: 'What this device is; OTHER by default.' }),
  }),
});

builder.mutationField('signIn', (t) =>
  t.field({
    type: signedInPayload('SignInPayload', 'signIn'),
    description: 'Starts a session on this device.',
    args: { input: t.arg({ type: SignInInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => asViewer(context, await context.chat.users.signIn({ ...input, address: context.address }))),
  }),
);

const SignInWithTokenInput = builder.inputType('SignInWithTokenInput', {
  description: 'Who signs in, by somebody else’s word.',
  fields: (t) => ({
    token: t.string({
      required: true,
      description: 'A JSON Web Token by which the server’s identity provider, or a backend of its operators, says who they are.',
    }),
    deviceName: t.string({ description: 'What to call this device, up to 100 characters.' }),
    deviceKind: t.field({ type: DeviceKind, description: 'What this device is; OTHER by default.' }),
  }),
});

builder.mutationField('signInWithToken', (t) =>
  t.field({
    type: signedInPayload('SignInWithTokenPayload', 'signInWithToken'),
    description:
      'Starts a session on this device for whom a token names, where the operators have said whose tokens count; who comes for the first time gets an account. The session goes on by refreshToken, as any other.',
    args: { input: t.arg({ type: SignInWithTokenInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () =>
        asViewer(context, await context.chat.users.signInWithToken({ ...input, address: context.address })),
      ),
  }),
);

const RefreshTokenInput = builder.inputType('RefreshTokenInput', {
  description: 'Which session goes on.',
  fields: (t) => ({ refreshToken: t.string({ required: true, description: 'The one given last for this session.' }) }),
});

builder.mutationField('refreshToken', (t) =>
  t.field({
    type: signedInPayload('RefreshTokenPayload', 'refreshToken'),
    description:
      'Gives the next pair of tokens for one refresh token. Sent again within 30 seconds it gives the same pair of successors; after that it ends the session, because somebody else may have it.',
    args: { input: t.arg({ type: RefreshTokenInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => asViewer(context, await context.chat.users.refresh(input))),
  }),
);

const SignOutInput = builder.inputType('SignOutInput', {
  description: 'Which session to end.',
  fields: (t) => ({ sessionId: t.id({ description: 'One of the viewer’s sessions; by default the one that asks.' }) }),
});

interface SignOutShape extends Refusable {
  readonly sessionId?: string;
}

const SignOutPayload = withErrors(
  builder.objectRef<SignOutShape>('SignOutPayload').implement({
    description: 'What came of signOut.',
    fields: (t) => ({
      sessionId: t.exposeID('sessionId', { nullable: true, description: 'The session that has ended; null if it was refused.' }),
    }),
  }),
);

builder.mutationField('signOut', (t) =>
  t.field({
    type: SignOutPayload,
    description:
      'Ends a session: its tokens are refused and its sockets are closed (4401), on every node. To end one that has ended is no error.',
    args: { input: t.arg({ type: SignOutInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { sessionId } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const session = sessionId === null || sessionId === undefined ? undefined : inputId('Session', sessionId, 'sessionId');
        return { sessionId: formatId('Session', await context.chat.users.signOut(viewer, { sessionId: session })) };
      }),
  }),
);
