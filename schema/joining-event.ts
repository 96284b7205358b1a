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

/** The request in the list of the account's user, as long as it waits in their eyes. An account's stream is named by its user. */
async function edgeOf({ entry: { streamId, data } }: Logged<Made>, context: Context): Promise<Edge<JoinRequest> | null> {
  const request = await seenRequest(context, streamId, data);
  return request && joinRequestEdge(request, streamId);
}

/** The group, if the account's user is in it. */
async function groupOf(
  { entry: { streamId: userId, data } }: Logged<KnownEntry<'JoinRequestReceived' | 'InvitesChanged'>>,
  context: Context,
): Promise<ConversationShape | undefined> {
  return (await accessOf(context, data.conversationId, { userId }))?.conversation;
}

JoinRequestSent.implement({
  description: 'The viewer has asked to join a group, on whichever device.',
  interfaces,
  fields: (t) => ({
    joinRequestEdge: t.field({
      type: JoinRequestEdge,
      nullable: true,
      description: 'The request, with its cursor in the viewer’s own list; null once it does not wait any more.',
      resolve: (event, _args, context) => edgeOf(event, context),
    }),
  }),
});

JoinRequestReceived.implement({
  description: 'Somebody wishes to join a group that the viewer runs.',
  interfaces,
  fields: (t) => ({
    group: t.field({
      type: Group,
      nullable: true,
      description: 'The group; null if it is not theirs any more.',
      resolve: (event, _args, context) => groupOf(event, context),
    }),
    joinRequestEdge: t.field({
      type: JoinRequestEdge,
      nullable: true,
      description: 'The request, with its cursor in the group’s list; null once it does not wait any more.',
      resolve: (event, _args, context) => edgeOf(event, context),
    }),
  }),
});

JoinRequestClosed.implement({
  description:
    'A request to join a group does not wait any more. Those who run the group are told, and who asked: unless it was declined, for then it goes on to wait in their eyes.',
  interfaces,
  fields: (t) => ({
    joinRequestId: t.id({ description: 'Which one.', resolve: ({ entry }) => formatId('JoinRequest', entry.data) }),
    accepted: t.boolean({
      description: 'Whether who asked is in the group by now, whichever way they came in.',
      resolve: ({ entry }) => entry.data.accepted,
    }),
  }),
});

InvitesChanged.implement({
  description:
    'There is another invitation to a group that the viewer runs, or one less, or one lets in fewer than before. What has expired goes without being told.',
  interfaces,
  fields: (t) => ({
    group: t.field({
      type: Group,
      nullable: true,
      description: 'The group, with its `viewerInvites` as they stand; null if it is not theirs any more.',
      resolve: (event, _args, context) => groupOf(event, context),
    }),
  }),
});
