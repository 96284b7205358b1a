import type { Session as SessionShape, Viewer as ViewerShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { formatId, inputId } from './ids.ts';
import { Session } from './session.ts';
import { Viewer } from './viewer.ts';

const RenameSessionInput = builder.inputType('RenameSessionInput', {
  description: 'Which session, and what to call its device.',
  fields: (t) => ({
    sessionId: t.id({ required: true, description: 'One of the viewer’s sessions.' }),
    deviceName: t.string({ required: true, description: '1 to 100 characters.' }),
  }),
});

interface RenameSessionShape extends Refusable {
  readonly session?: SessionShape;
}

const RenameSessionPayload = withErrors(
  builder.objectRef<RenameSessionShape>('RenameSessionPayload').implement({
    description: 'What came of renameSession.',
    fields: (t) => ({
      session: t.expose('session', { type: Session, nullable: true, description: 'The session as it stands; null if it was refused.' }),
    }),
  }),
);

builder.mutationField('renameSession', (t) =>
  t.field({
    type: RenameSessionPayload,
    description: 'Calls one of the viewer’s devices by another name. All own devices get ViewerChanged.',
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
      description: `What came of ${mutationName}.`,
      fields: (t) => ({
        viewer: t.expose('viewer', { type: Viewer, nullable: true, description: 'The viewer as they stand; null if it was refused.' }),
        sessionIds: t.idList({
          description: 'The sessions that have ended by it.',
          resolve: ({ ended = [] }) => ended.map((id) => formatId('Session', id)),
        }),
      }),
    }),
  );
}

const SignOutOthersInput = builder.inputType('SignOutOthersInput', {
  description: 'Which session stays.',
  fields: (t) => ({ sessionId: t.id({ description: 'One of the viewer’s sessions; by default the one that asks.' }) }),
});

builder.mutationField('signOutOthers', (t) =>
  t.field({
    type: endedSessionsPayload('SignOutOthersPayload', 'signOutOthers'),
    description: 'Ends all of the viewer’s sessions but one, as signOut does.',
    args: { input: t.arg({ type: SignOutOthersInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { sessionId } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        const kept = sessionId === null || sessionId === undefined ? undefined : inputId('Session', sessionId, 'sessionId');
        return { viewer, ended: await context.chat.users.signOutOthers(viewer, { sessionId: kept }) };
      }),
  }),
);

const ChangePasswordInput = builder.inputType('ChangePasswordInput', {
  description: 'The password that is in force, and the one to come.',
  fields: (t) => ({
    currentPassword: t.string({ required: true, description: 'The viewer’s password.' }),
    newPassword: t.string({ required: true, description: '8 to 256 characters.' }),
  }),
});

builder.mutationField('changePassword', (t) =>
  t.field({
    type: endedSessionsPayload('ChangePasswordPayload', 'changePassword'),
    description:
      'Puts another password in force and ends all of the viewer’s other sessions. A wrong password is INVALID_CREDENTIALS, and counts like a failed sign-in.',
    args: { input: t.arg({ type: ChangePasswordInput, required: true, description: inputDescription }) },
    resolve: (_root, { input }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        return { viewer, ended: await context.chat.users.changePassword(viewer, { ...input, address: context.address }) };
      }),
  }),
);
