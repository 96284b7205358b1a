import type { OpenConnection as OpenConnectionShape } from '../../src/oversight/index.ts';
import { type DeviceKind as DeviceKindShape, deviceKinds } from '../../src/user/index.ts';
import { deviceKindMeanings } from '../device-kind.ts';
import { argumentId, formatId } from '../ids.ts';
import { builder } from './builder.ts';
import { Node } from './node.ts';
import { userById } from './user.ts';

/** What a device is. */
export const DeviceKind = builder.enumType('DeviceKind', {
  description: 'What a device is: the words of the public schema.',
  values: Object.fromEntries(deviceKinds.map((kind) => [kind, deviceKindMeanings[kind]])) as Record<
    DeviceKindShape,
    { description: string }
  >,
});

const OpenConnection = builder.objectRef<OpenConnectionShape>('OpenConnection').implement({
  description: 'A WebSocket, or a subscription over HTTP, of a signed-in device. A device may have several.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'What it is called in logs.' }),
    deviceName: t.exposeString('deviceName', { nullable: true, description: 'What the device is called; null: its session has ended.' }),
    deviceKind: t.expose('deviceKind', { type: DeviceKind, description: 'What the device is.' }),
    sessionId: t.id({
      description: 'The session of the device: its global id, the same as in the public schema.',
      resolve: ({ sessionId }) => formatId('Session', sessionId),
    }),
    node: t.expose('node', { type: Node, nullable: true, description: 'The node that holds it; null: that has just gone.' }),
    since: t.expose('since', { type: 'DateTime', description: 'When it began, by that node’s clock.' }),
    idle: t.exposeBoolean('idle', { description: 'Whether nothing was asked for on it for AWAY_SECONDS.' }),
  }),
});

builder.queryField('connections', (t) =>
  t.field({
    type: [OpenConnection],
    nullable: true,
    description: 'Where a user is connected, on all nodes, oldest first; null: there is no such user. UNAVAILABLE while Redis is away.',
    args: { userId: t.arg.id({ required: true, description: 'Their global id, as `user` and the public schema have it.' }) },
    async resolve(_root, args, context) {
      const userId = argumentId('User', args.userId, 'userId');
      return (await userById(context, userId)) === null ? null : await context.chat.oversight.connections(userId);
    },
  }),
);
