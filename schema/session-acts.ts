import type { Viewer as ViewerShape } from '../src/user/index.ts';
import { formatId, inputId, optionalInputId } from './ids.ts';
import { mutation, type PayloadBuilder } from './mutation.ts';
import { Session } from './session.ts';
import { currentViewer } from './viewer.ts';

mutation('renameSession', {
  description: 'Renames the device of one of the viewer’s sessions. All of the viewer’s devices receive `ViewerChanged`.',
  input: (t) => ({
    sessionId: t.id({ required: true, description: 'The ID of one of the viewer’s sessions.' }),
    deviceName: t.string({ required: true, description: 'The name of the device, 1 to 100 characters.' }),
  }),
  async act(viewer, input, { chat }) {
    const sessionId = inputId('Session', input.sessionId, 'sessionId');
    return { session: await chat.users.renameSession(viewer, { sessionId, deviceName: input.deviceName }) };
  },
  payload: (t) => ({
    session: t.expose('session', {
      type: Session,
      nullable: true,
      description: 'The session in its current state, or null if the mutation was refused.',
    }),
  }),
});

function endedSessionFields(t: PayloadBuilder<{ readonly viewer: ViewerShape; readonly ended: readonly string[] }>) {
  return {
    viewer: t.expose('viewer', currentViewer),
    sessionIds: t.idList({
      description: 'The IDs of the sessions that this ended. Empty if the mutation was refused.',
      resolve: ({ ended = [] }) => ended.map((id) => formatId('Session', id)),
    }),
  };
}

mutation('signOutOthers', {
  description: 'Ends all of the viewer’s sessions but one, as `signOut` does.',
  input: (t) => ({ sessionId: t.id({ description: 'The ID of the viewer’s session to keep. Defaults to the current session.' }) }),
  async act(viewer, { sessionId }, { chat }) {
    const kept = optionalInputId('Session', sessionId, 'sessionId');
    return { viewer, ended: await chat.users.signOutOthers(viewer, { sessionId: kept }) };
  },
  payload: endedSessionFields,
});

mutation('changePassword', {
  description:
    'Changes the viewer’s password, and ends all their other sessions. A wrong password is refused with INVALID_CREDENTIALS, and counts like a failed sign-in.',
  input: (t) => ({
    currentPassword: t.string({ required: true, description: 'The viewer’s current password.' }),
    newPassword: t.string({ required: true, description: 'The new password, 8 to 256 characters.' }),
  }),
  async act(viewer, input, context) {
    return { viewer, ended: await context.chat.users.changePassword(viewer, { ...input, address: context.address }) };
  },
  payload: endedSessionFields,
});
