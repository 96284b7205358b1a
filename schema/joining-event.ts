import type { Conversation as ConversationShape, JoinRequest } from '../src/group/index.ts';
import type { KnownEntry } from '../src/log/index.ts';
import { accountEventInterfaces as interfaces } from './account-event.ts';
import type { Edge } from './connection.ts';
import type { Context } from './context.ts';
import { accessOf, Group } from './conversation.ts';
import { type Logged, loggedTypes } from './event.ts';
import { formatId } from './ids.ts';
import { JoinRequestEdge, joinRequestEdge, seenRequest } from './join-request.ts';

const { JoinRequestSent, JoinRequestReceived, JoinRequestClosed, InvitesChanged } = loggedTypes;

type Made = KnownEntry<'JoinRequestSent' | 'JoinRequestReceived'>;

/**
 * Returns the edge of the request in the list of the account's user, while the request is pending for that user. The id of an account's
 * stream is the user's id.
 */
async function edgeOf({ entry: { streamId, data } }: Logged<Made>, context: Context): Promise<Edge<JoinRequest> | null> {
  const request = await seenRequest(context, streamId, data);
  return request && joinRequestEdge(request, streamId);
}

/** Returns the group, if the account's user is a member. */
async function groupOf(
  { entry: { streamId: userId, data } }: Logged<KnownEntry<'JoinRequestReceived' | 'InvitesChanged'>>,
  context: Context,
): Promise<ConversationShape | undefined> {
  return (await accessOf(context, data.conversationId, { userId }))?.conversation;
}

JoinRequestSent.implement({
  description: 'The viewer asked to join a group, on any of their devices.',
  interfaces,
  fields: (t) => ({
    joinRequestEdge: t.field({
      type: JoinRequestEdge,
      nullable: true,
      description: 'The join request, with its cursor in the viewer’s own list, or null if it is no longer pending.',
      resolve: (event, _args, context) => edgeOf(event, context),
    }),
  }),
});

JoinRequestReceived.implement({
  description: 'A user asked to join a group of which the viewer is the owner or an admin.',
  interfaces,
  fields: (t) => ({
    group: t.field({
      type: Group,
      nullable: true,
      description: 'The group, or null if the viewer is no longer in it.',
      resolve: (event, _args, context) => groupOf(event, context),
    }),
    joinRequestEdge: t.field({
      type: JoinRequestEdge,
      nullable: true,
      description: 'The join request, with its cursor in the group’s list, or null if it is no longer pending.',
      resolve: (event, _args, context) => edgeOf(event, context),
    }),
  }),
});

JoinRequestClosed.implement({
  description:
    'A join request is no longer pending. The group’s owner and admins receive this event. The user who asked receives it too, unless the join request was declined: to them, it stays pending. If a ban declined it, they receive the event when they are unbanned.',
  interfaces,
  fields: (t) => ({
    joinRequestId: t.id({ description: 'The ID of the join request.', resolve: ({ entry }) => formatId('JoinRequest', entry.data) }),
    accepted: t.boolean({
      description: 'Whether the user who asked is now in the group, however they joined.',
      resolve: ({ entry }) => entry.data.accepted,
    }),
  }),
});

InvitesChanged.implement({
  description:
    'An invite to a group of which the viewer is the owner or an admin was added or removed, or fewer users can join with it than before. An invite that expires causes no event.',
  interfaces,
  fields: (t) => ({
    group: t.field({
      type: Group,
      nullable: true,
      description: 'The group, with its current `viewerInvites`, or null if the viewer is no longer in it.',
      resolve: (event, _args, context) => groupOf(event, context),
    }),
  }),
});
