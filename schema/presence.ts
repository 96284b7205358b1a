import type {
  Chosen,
  PresenceChoice as PresenceChoiceShape,
  Presence as PresenceShape,
  PresenceStatus as PresenceStatusShape,
} from '../src/presence/index.ts';
import type { Viewer as ViewerShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { type Context, requireViewer } from './context.ts';
import { argumentId, formatId } from './ids.ts';
import { mutation } from './mutation.ts';
import { Node, present } from './node.ts';
import { beginField } from './operation.ts';
import { badArgument } from './page.ts';
import { referredUser } from './referred-user.ts';
import { shareable } from './shareable.ts';
import { ShownEvents } from './shown-events.ts';
import { User } from './user.ts';
import { currentViewer, Viewer } from './viewer.ts';

// The API's limit for one query.
const maxQueried = 100;

const statuses: Record<PresenceStatusShape, { readonly description: string }> = {
  ONLINE: { description: 'The user is online.' },
  AWAY: { description: 'The user has chosen to be shown as away, or has been inactive for a while.' },
  BUSY: { description: 'The user is online and has chosen to be shown as busy.' },
  OFFLINE: { description: 'The user is not online on any device, or is invisible.' },
};

const PresenceStatus = builder.enumType('PresenceStatus', { description: 'Whether a user is online.', values: statuses });

const choices: Record<PresenceChoiceShape, { readonly description: string }> = {
  ONLINE: { description: 'Shown as ONLINE, or as AWAY when inactive for a while.' },
  AWAY: { description: 'Shown as AWAY while online.' },
  BUSY: { description: 'Shown as BUSY while online.' },
  INVISIBLE: { description: 'Shown to everyone as OFFLINE, last seen when this was chosen.' },
};

const PresenceChoice = builder.enumType('PresenceChoice', { description: 'How a user wants to be shown.', values: choices });

/** The presence of a user. */
export const Presence = builder.objectRef<PresenceShape>('Presence').implement({
  description:
    'A user’s presence. Their contacts can see it, and users who share a conversation with them. A device that has disconnected counts as online for some seconds more, so that a reconnect goes unnoticed.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({
      extensions: shareable,
      description: 'The global ID. It is always the same for a user.',
      resolve: ({ userId }) => formatId('Presence', userId),
    }),
    user: t.field({
      extensions: shareable,
      type: User,
      description: 'The user, with their current profile.',
      resolve: ({ userId }, _args, context, info) => referredUser(context, userId, info),
    }),
    status: t.expose('status', { extensions: shareable, type: PresenceStatus, description: 'Whether the user is online.' }),
    statusText: t.exposeString('statusText', {
      extensions: shareable,
      nullable: true,
      description: 'The user’s status text, also while they are offline, or null if there is none.',
    }),
    devices: t.exposeInt('devices', { extensions: shareable, description: 'The number of devices on which the user is online.' }),
    lastSeenAt: t.expose('lastSeenAt', {
      extensions: shareable,
      type: 'DateTime',
      nullable: true,
      description: 'When the user was last online. Null while they are online, if it is not known, or if they do not show it.',
    }),
  }),
});

builder.objectField(User, 'viewerPresence', (t) =>
  t.field({
    type: Presence,
    nullable: true,
    description: 'The user’s presence as the viewer sees it, or null if the two are not contacts and share no conversation.',
    resolve: ({ id }, _args, context) => {
      requireViewer(context);
      return context.scope.loaders.presences.load(id);
    },
  }),
);

async function chosenBy({ userId }: ViewerShape, { scope }: Context): Promise<Chosen> {
  return present(await scope.loaders.chosen.load(userId), `what user ${userId} has chosen`);
}

builder.objectFields(Viewer, (t) => ({
  presenceChoice: t.field({
    type: PresenceChoice,
    description: 'How the viewer wants to be shown.',
    resolve: async (viewer, _args, context) => (await chosenBy(viewer, context)).choice,
  }),
  statusText: t.string({
    nullable: true,
    description: 'The viewer’s status text, or null if there is none or it has expired.',
    resolve: async (viewer, _args, context) => (await chosenBy(viewer, context)).statusText,
  }),
  statusUntil: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'When the status text expires, or null if it is shown until it is changed.',
    resolve: async (viewer, _args, context) => (await chosenBy(viewer, context)).statusUntil,
  }),
}));

builder.queryField('presence', (t) =>
  t.field({
    type: [Presence],
    nullable: { list: false, items: true },
    description:
      'The presence of each user as the viewer sees it, in the order of `userIds`. An item is null if the user is not a contact and shares no conversation with the viewer. After an outage of the server’s Redis, an item is null with an UNAVAILABLE error until it is known whether the user is offline.',
    args: { userIds: t.arg.idList({ required: true, description: 'The IDs of the users, at most 100.' }) },
    async resolve(_root, { userIds }, context, info) {
      await beginField(context, info);
      if (userIds.length > maxQueried) throw badArgument('userIds', `must be ${maxQueried} at most.`);
      const ids = userIds.map((id, place) => argumentId('User', id, 'userIds', String(place)));
      return ids.map((id) => context.scope.loaders.presences.load(id));
    },
  }),
);

/** Events of presences, whose public shape is the presence itself. */
class Presences extends ShownEvents<PresenceShape, PresenceShape> {
  shape(presence: PresenceShape): PresenceShape {
    return presence;
  }

  isAtHand(): boolean {
    return false;
  }
}

builder.subscriptionField('presence', (t) =>
  t.field({
    type: Presence,
    description:
      'Sends one `Presence` for each user whom the viewer can watch, then one whenever their presence or profile changes. A slow client receives only the newest one of each user. A user who can be watched only later is sent at that time. A user who can no longer be watched is sent as OFFLINE, and then no more. After a reconnect, everything is sent again.',
    args: {
      userIds: t.arg.idList({ required: true, description: 'The IDs of the users to watch, at most MAX_WATCHED (500 by default).' }),
    },
    subscribe(_root, { userIds }, context) {
      const viewer = requireViewer(context);
      const ids = userIds.map((id, place) => argumentId('User', id, 'userIds', String(place)));
      return new Presences(context.chat.presence.watch(viewer, { userIds: ids, signal: context.signal }));
    },
    resolve: (presence: PresenceShape) => presence,
  }),
);

mutation('setPresence', {
  description:
    'Sets how the viewer is shown to others. Those who watch receive a `Presence`, and all of the viewer’s devices receive `ViewerChanged`.',
  input: (t) => ({
    status: t.field({ type: PresenceChoice, required: true, description: 'How to be shown, on all devices, until it is changed.' }),
    statusText: t.string({
      description: 'The status text, one line of up to 100 characters. Null removes it. Omit to keep the current one.',
    }),
    statusUntil: t.field({
      type: 'DateTime',
      description: 'When the status text expires. If null, or omitted with a new text, the text is shown until it is changed.',
    }),
  }),
  async act(viewer, { status: choice, statusText, statusUntil }, { chat }) {
    await chat.presence.choose(viewer, { choice, statusText, statusUntil });
    return { viewer };
  },
  payload: (t) => ({
    presence: t.field({
      type: Presence,
      nullable: true,
      description: 'The viewer’s presence as others see it. Null if the mutation was refused, or if presence is unavailable at the moment.',
      resolve: ({ viewer }, _args, { scope }) => viewer && scope.loaders.presences.load(viewer.userId),
    }),
    viewer: t.expose('viewer', currentViewer),
  }),
});
