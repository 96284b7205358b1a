import type { Session as SessionShape, Viewer as ViewerShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { formatId, inputId, optionalInputId } from './ids.ts';
import { Session } from './session.ts';
import { Viewer } from './viewer.ts';

const RenameSessionInput = builder.inputType('RenameSessionInput', {
  description: 'The input of `renameSession`.',
  fields: (t) => ({
    sessionId: t.id({ required: true, description: 'The ID of one of the viewer’s sessions.' }),
    deviceName: t.string({ required: true, description: 'The name of the device, 1 to 100 characters.' }),
  }),
});

interface RenameSessionShape extends Refusable {
  readonly session?: SessionShape;
}

const RenameSessionPayload = withErrors(
  builder.objectRef<RenameSessionShape>('RenameSessionPayload').implement({
    description: 'The payload of `renameSession`.',
    fields: (t) => ({
      session: t.expose('session', {
        type: Session,
        nullable: true,
        description: 'The session in its current state, or null if the mutation was refused.',
      }),
    }),
  }),
);

builder.mutationField('renameSession', (t) =>
  t.field({
    type: RenameSessionPayload,
    description: 'Renames the device of one of the viewer’s sessions. All of the viewer’s devices receive `ViewerChanged`.',
    args: { input: t.arg({ type: RenameSessionInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const sessionId = inputId('Session', input.sessionId, 'sessionId');
        return { session: await context.chat.users.renameSession(viewer, { sessionId, deviceName: input.deviceName }) };
      }),
  }),
);

interface EndedSessionsShape extends Refusable {
  readonly viewer?: ViewerShape;
  readonly ended?: readonly string[];
}

function endedSessionsPayload(name: string, mutationName: string) {
  return withErrors(
    builder.objectRef<EndedSessionsShape>(name).implement({
      description: `The payload of \`${mutationName}\`.`,
      fields: (t) => ({
        viewer: t.expose('viewer', {
          type: Viewer,
          nullable: true,
          description: 'The viewer in their current state, or null if the mutation was refused.',
        }),
        sessionIds: t.idList({
          description: 'The IDs of the sessions that this ended. Empty if the mutation was refused.',
          resolve: ({ ended = [] }) => ended.map((id) => formatId('Session', id)),
        }),
      }),
    }),
  );
}

const SignOutOthersInput = builder.inputType('SignOutOthersInput', {
  description: 'The input of `signOutOthers`.',
  fields: (t) => ({ sessionId: t.id({ description: 'The ID of the viewer’s session to keep. Defaults to the current session.' }) }),
});

builder.mutationField('signOutOthers', (t) =>
  t.field({
    type: endedSessionsPayload('SignOutOthersPayload', 'signOutOthers'),
    description: 'Ends all of the viewer’s sessions but one, as `signOut` does.',
    args: { input: t.arg({ type: SignOutOthersInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { sessionId } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const kept = optionalInputId('Session', sessionId, 'sessionId');
        return { viewer, ended: await context.chat.users.signOutOthers(viewer, { sessionId: kept }) };
      }),
  }),
);

const ChangePasswordInput = builder.inputType('ChangePasswordInput', {
  description: 'The input of `changePassword`.',
  fields: (t) => ({
    currentPassword: t.string({ required: true, description: 'The viewer’s current password.' }),
    newPassword: t.string({ required: true, description: 'The new password, 8 to 256 characters.' }),
  }),
});

builder.mutationField('changePassword', (t) =>
  t.field({
    type: endedSessionsPayload('ChangePasswordPayload', 'changePassword'),
    description:
      'Changes the viewer’s password, and ends all their other sessions. A wrong password is refused with INVALID_CREDENTIALS, and counts like a failed sign-in.',
    args: { input: t.arg({ type: ChangePasswordInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        return { viewer, ended: await context.chat.users.changePassword(viewer, { ...input, address: context.address }) };
      }),
  }),
);
