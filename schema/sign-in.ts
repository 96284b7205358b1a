import type { SignedIn, Viewer as ViewerShape } from '../src/user/index.ts';
import { type Context, refresh } from './context.ts';
import { DeviceKind } from './device-kind.ts';
import { formatId, optionalInputId } from './ids.ts';
import { mutation, openMutation, type PayloadBuilder } from './mutation.ts';
import { Viewer } from './viewer.ts';

/** The payload of each mutation that signs in. */
function signedInFields(t: PayloadBuilder<SignedIn>) {
  return {
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
  };
}

const signedInDescription = (name: string) => `The payload of \`${name}\`. All values are null if the mutation was refused.`;

/**
 * Resolves the rest of the payload for the user who has just signed in. The next mutation of the document has the sender as its viewer
 * again.
 */
function asViewer(context: Context, signedIn: SignedIn): SignedIn {
  refresh(context, signedIn.viewer);
  return signedIn;
}

openMutation('signUp', {
  description: 'Creates a user and signs them in.',
  input: (t) => ({
    handle: t.string({ required: true, description: 'The handle: 3 to 32 of `a-z 0-9 _ . -`. Uppercase letters become lowercase.' }),
    displayName: t.string({ description: 'The display name, 1 to 64 characters. Defaults to the handle.' }),
    password: t.string({ required: true, description: 'The password, 8 to 256 characters.' }),
    deviceName: t.string({ description: 'The name of this device, up to 100 characters.' }),
    deviceKind: t.field({ type: DeviceKind, description: 'The kind of this device. Defaults to OTHER.' }),
  }),
  act: async (input, context) => asViewer(context, await context.chat.users.signUp({ ...input, address: context.address })),
  payloadDescription: signedInDescription('signUp'),
  payload: signedInFields,
});

openMutation('signIn', {
  description: 'Signs in by handle and password, and starts a session on this device.',
  input: (t) => ({
    handle: t.string({ required: true, description: 'The user’s handle, in uppercase or lowercase.' }),
    password: t.string({ required: true, description: 'The user’s password.' }),
    deviceName: t.string({ description: 'The name of this device, up to 100 characters.' }),
    deviceKind: t.field({ type: DeviceKind, description: 'The kind of this device. Defaults to OTHER.' }),
  }),
  act: async (input, context) => asViewer(context, await context.chat.users.signIn({ ...input, address: context.address })),
  payloadDescription: signedInDescription('signIn'),
  payload: signedInFields,
});

openMutation('signInWithToken', {
  description:
    'Signs in the user whom a JSON Web Token names, and starts a session on this device. The operators set whose tokens are accepted. A user who signs in for the first time gets an account. The session is continued with `refreshToken`, like any other.',
  input: (t) => ({
    token: t.string({
      required: true,
      description: 'A JSON Web Token from the server’s identity provider, or from a backend of its operators, that says who the user is.',
    }),
    deviceName: t.string({ description: 'The name of this device, up to 100 characters.' }),
    deviceKind: t.field({ type: DeviceKind, description: 'The kind of this device. Defaults to OTHER.' }),
  }),
  act: async (input, context) => asViewer(context, await context.chat.users.signInWithToken({ ...input, address: context.address })),
  payloadDescription: signedInDescription('signInWithToken'),
  payload: signedInFields,
});

openMutation('refreshToken', {
  description:
    'Exchanges a refresh token for the next pair of tokens. Repeated within 30 seconds, it returns the same pair. After that, it ends the session, because somebody else may have the token.',
  input: (t) => ({ refreshToken: t.string({ required: true, description: 'The newest refresh token of the session.' }) }),
  act: async (input, context) => asViewer(context, await context.chat.users.refresh(input)),
  payloadDescription: signedInDescription('refreshToken'),
  payload: signedInFields,
});

mutation('signOut', {
  description:
    'Ends a session. On every node, its tokens are refused and its sockets are closed with code 4401. Ending a session that has already ended is not an error.',
  input: (t) => ({ sessionId: t.id({ description: 'The ID of one of the viewer’s sessions. Defaults to the current session.' }) }),
  async act(viewer, { sessionId }, { chat }) {
    const session = optionalInputId('Session', sessionId, 'sessionId');
    return { sessionId: formatId('Session', await chat.users.signOut(viewer, { sessionId: session })) };
  },
  payload: (t) => ({
    sessionId: t.exposeID('sessionId', {
      nullable: true,
      description: 'The ID of the ended session, or null if the mutation was refused.',
    }),
  }),
});
