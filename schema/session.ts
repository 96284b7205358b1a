import type { Session as SessionShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { requireViewer } from './context.ts';
import { DeviceKind } from './device-kind.ts';
import { formatId } from './ids.ts';
import { Node } from './node.ts';
import { Viewer } from './viewer.ts';

/** A session of the viewer. */
export const Session = builder.objectRef<SessionShape>('Session').implement({
  description: 'A device on which the viewer is signed in. Nobody sees the sessions of others.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'The global ID, for `signOut` and `renameSession`.', resolve: ({ id }) => formatId('Session', id) }),
    deviceName: t.exposeString('deviceName', { description: 'The name of the device.' }),
    deviceKind: t.expose('deviceKind', { type: DeviceKind, description: 'The kind of the device.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the device signed in.' }),
    lastSeenAt: t.expose('lastSeenAt', { type: 'DateTime', description: 'When the device last sent a request, to the minute.' }),
    viewerIsCurrent: t.boolean({
      description: 'Whether this is the session of the current request.',
      resolve: ({ id }, _args, context) => requireViewer(context).sessionId === id,
    }),
  }),
});

builder.objectField(Viewer, 'sessions', (t) =>
  t.field({
    type: [Session],
    description: 'The sessions of the devices on which the viewer is signed in, newest first, at most 50.',
    resolve: (viewer, _args, { chat, scope }) => scope.loaders.ownPage('sessions', () => chat.users.sessions(viewer)),
  }),
);
