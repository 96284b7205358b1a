import type {
  Chosen,
  PresenceChoice as PresenceChoiceShape,
  Presence as PresenceShape,
  PresenceStatus as PresenceStatusShape,
} from '../src/presence/index.ts';
import type { Viewer as ViewerShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { type Context, requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { argumentId, formatId } from './ids.ts';
import { Node, present } from './node.ts';
import { beginField } from './operation.ts';
import { badArgument } from './page.ts';
import { referredUser } from './referred-user.ts';
import { shareable } from './shareable.ts';
import { ShownEvents } from './shown-events.ts';
import { User } from './user.ts';
import { Viewer } from './viewer.ts';

// The contract's bound on what one query may ask for.
const maxQueried = 100;

const statuses: Record<PresenceStatusShape, { readonly description: string }> = {
  ONLINE: { description: 'They are there.' },
  AWAY: { description: 'They have said so, or have not asked for anything in a while.' },
  BUSY: { description: 'They are there, and have said that they are busy.' },
  OFFLINE: { description: 'They are on no device, or do not wish to be seen.' },
};

const PresenceStatus = builder.enumType('PresenceStatus', { description: 'Whether somebody is there.', values: statuses });

const choices: Record<PresenceChoiceShape, { readonly description: string }> = {
  ONLINE: { description: 'As it is: ONLINE, or AWAY when nothing was asked for in a while.' },
  AWAY: { description: 'AWAY while online.' },
  BUSY: { description: 'BUSY while online.' },
  INVISIBLE: { description: 'OFFLINE to everybody, last seen when this was chosen.' },
};

const PresenceChoice = builder.enumType('PresenceChoice', { description: 'How a user wishes to be seen.', values: choices });

/** How a user is seen. */
export const Presence = builder.objectRef<PresenceShape>('Presence').implement({
  description:
    'How a user is seen by those who may: their contacts, and those with whom they share a conversation. A device that has gone counts for some seconds on, so that one that comes back was never away.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ extensions: shareable, description: 'The same for each user.', resolve: ({ userId }) => formatId('Presence', userId) }),
    user: t.field({
      extensions: shareable,
      type: User,
      description: 'Who, with their profile as it is now.',
      resolve: ({ userId }, _args, context, info) => referredUser(context, userId, info),
    }),
    status: t.expose('status', { extensions: shareable, type: PresenceStatus, description: 'Whether they are there.' }),
    statusText: t.exposeString('statusText', {
      extensions: shareable,
      nullable: true,
      description: 'What they say about it, also while they are not there.',
    }),
    devices: t.exposeInt('devices', { extensions: shareable, description: 'On how many devices they are online.' }),
    lastSeenAt: t.expose('lastSeenAt', {
      extensions: shareable,
      type: 'DateTime',
      nullable: true,
      description: 'When they were last online; null while they are, where it is not known, and where they do not show it.',
    }),
  }),
});

builder.objectField(User, 'viewerPresence', (t) =>
  t.field({
    type: Presence,
    nullable: true,
    description: 'How the viewer sees them; null where the two share no contact and no conversation.',
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
    description: 'How the viewer wishes to be seen.',
    resolve: async (viewer, _args, context) => (await chosenBy(viewer, context)).choice,
  }),
  statusText: t.string({
    nullable: true,
    description: 'What the viewer says about it; null: nothing, or its time is over.',
    resolve: async (viewer, _args, context) => (await chosenBy(viewer, context)).statusText,
  }),
  statusUntil: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'Until when that is shown; null: until it is changed.',
    resolve: async (viewer, _args, context) => (await chosenBy(viewer, context)).statusUntil,
  }),
}));

builder.queryField('presence', (t) =>
  t.field({
    type: [Presence],
    nullable: { list: false, items: true },
    description: 'How the viewer sees each user, in the order asked for; null: they share no contact and no conversation.',
    args: { userIds: t.arg.idList({ required: true, description: 'Users, at most 100.' }) },
    async resolve(_root, { userIds }, context, info) {
      await beginField(context, info);
      if (userIds.length > maxQueried) throw badArgument('userIds', `must be ${maxQueried} at most.`);
      const ids = userIds.map((id, place) => argumentId('User', id, 'userIds', String(place)));
      return Promise.all(ids.map((id) => context.scope.loaders.presences.load(id)));
    },
  }),
);

/** Presences as they are: their public shape is their own. */
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
      'One Presence for each user whom the viewer may watch, then one whenever it changes, or their profile does; a client that is slow to read gets the newest of each. Who may be watched only later comes then. Who may not be watched any more is OFFLINE, and nothing more is told of them. After a reconnect all of it comes anew.',
    args: { userIds: t.arg.idList({ required: true, description: 'Whom to watch, at most MAX_WATCHED (500 by default).' }) },
    subscribe(_root, { userIds }, context) {
      const viewer = requireViewer(context);
      const ids = userIds.map((id, place) => argumentId('User', id, 'userIds', String(place)));
      return new Presences(context.chat.presence.watch(viewer, { userIds: ids, signal: context.signal }));
    },
    resolve: (presence: PresenceShape) => presence,
  }),
);

const SetPresenceInput = builder.inputType('SetPresenceInput', {
  description: 'How to be seen.',
  fields: (t) => ({
    status: t.field({ type: PresenceChoice, required: true, description: 'On all devices, until it is changed.' }),
    statusText: t.string({ description: 'One line of up to 100 characters; absent leaves it as it is, null takes it away.' }),
    statusUntil: t.field({
      type: 'DateTime',
      description: 'Until when the text is shown; absent with a new text, or null: until it is changed.',
    }),
  }),
});

interface SetPresenceShape extends Refusable {
  readonly viewer?: ViewerShape;
}

const SetPresencePayload = withErrors(
  builder.objectRef<SetPresenceShape>('SetPresencePayload').implement({
    description: 'What came of setPresence.',
    fields: (t) => ({
      presence: t.field({
        type: Presence,
        nullable: true,
        description: 'How others see the viewer; null if it was refused, or who is online cannot be told at the moment.',
        resolve: ({ viewer }, _args, { scope }) => viewer && scope.loaders.presences.load(viewer.userId),
      }),
      viewer: t.field({
        type: Viewer,
        nullable: true,
        description: 'The viewer as they stand; null if it was refused.',
        resolve: ({ viewer }) => viewer,
      }),
    }),
  }),
);

builder.mutationField('setPresence', (t) =>
  t.field({
    type: SetPresencePayload,
    description: 'Settles how the viewer is seen. Those who watch get a Presence, all own devices ViewerChanged.',
    args: { input: t.arg({ type: SetPresenceInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { status: choice, statusText, statusUntil } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        await context.chat.presence.choose(viewer, { choice, statusText, statusUntil });
        return { viewer };
      }),
  }),
);
