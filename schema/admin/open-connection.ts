import type { OpenConnection as OpenConnectionShape } from '../../src/oversight/index.ts';
import { deviceKindMeanings } from '../device-kind.ts';
import { argumentId, formatId } from '../ids.ts';
import { builder } from './builder.ts';
import { Node } from './node.ts';
import { userById } from './user.ts';

/** The kind of a device. */
export const DeviceKind = builder.enumType('DeviceKind', {
  description: 'The kind of a device. The kinds are those of the public schema.',
  values: deviceKindMeanings,
});

const OpenConnection = builder.objectRef<OpenConnectionShape>('OpenConnection').implement({
  description: 'An open connection of a signed-in device: a WebSocket, or a subscription over HTTP. A device may have several.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The ID of the connection in logs.' }),
    deviceName: t.exposeString('deviceName', { nullable: true, description: 'The name of the device, or null if its session has ended.' }),
    deviceKind: t.expose('deviceKind', { type: DeviceKind, description: 'The kind of the device.' }),
    sessionId: t.id({
      description: 'The global ID of the device’s session, the same as in the public schema.',
      resolve: ({ sessionId }) => formatId('Session', sessionId),
    }),
    node: t.expose('node', { type: Node, nullable: true, description: 'The node that holds the connection, or null if it is gone.' }),
    since: t.expose('since', { type: 'DateTime', description: 'When the connection was opened, by the clock of its node.' }),
    idle: t.exposeBoolean('idle', { description: 'Whether nothing was requested on the connection for AWAY_SECONDS.' }),
  }),
});

builder.queryField('connections', (t) =>
  t.field({
    type: [OpenConnection],
    nullable: true,
    description:
      'The open connections of a user on all nodes, oldest first, or null if there is no such user. Fails with UNAVAILABLE while Redis is away.',
    args: {
      userId: t.arg.id({ required: true, description: 'The global ID of the user, the same as in `user` and in the public schema.' }),
    },
    async resolve(_root, args, context) {
      const userId = argumentId('User', args.userId, 'userId');
      return (await userById(context, userId)) === null ? null : await context.chat.oversight.connections(userId);
    },
  }),
);
