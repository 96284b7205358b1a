import { firstSeen, type Message, type MessageRef, optionsOf } from '../src/message/index.ts';
import type { Viewer as ViewerShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { accessOf } from './conversation.ts';
import { type ParsedId, parseId } from './ids.ts';
import { seenInvite } from './invite.ts';
import { seenRequest } from './join-request.ts';
import { Node, type NodeShape } from './node.ts';
import { beginField } from './operation.ts';
import { ownDraft } from './own-draft.ts';
import { badArgument } from './page.ts';

// The API's limit for one call.
const maxNodes = 100;

function parseArgument(name: string, id: string): ParsedId {
  const parsed = parseId(id);
  if (parsed === null) throw badArgument(name, 'is not an id.');
  return parsed;
}

/**
 * Returns the object that an id names, if the viewer may see it. A conversation is read before what belongs to it, so nothing is older than
 * its lastSeq.
 */
async function find(context: Context, viewer: ViewerShape, { type, key }: ParsedId): Promise<NodeShape | null> {
  const { chat, scope } = context;
  switch (type) {
    case 'User':
      return scope.loaders.users.load(key);
    case 'Presence':
      return scope.loaders.presences.load(key);
    // Without a loader: nobody asks for many of these, but a document can name one thousands of times.
    case 'Session':
      return scope.loaders.ownPage(`session ${key}`, () => chat.users.session(viewer, key));
    case 'DataExport':
      return scope.loaders.ownPage(`dataExport ${key}`, () => chat.exports.byId(viewer, key));
    case 'Notice':
      return scope.loaders.ownPage(`notice ${key}`, () => chat.notices.byId(viewer, key));
    case 'ScheduledMessage':
      return scope.loaders.scheduledMessages.load(key);
    case 'Draft':
      return key.userId === viewer.userId ? ownDraft(context, viewer, key) : null;
    case 'Server':
      return null;
    case 'Contact':
      return key.userId === viewer.userId ? scope.loaders.contacts.load(key) : null;
    case 'ContactRequest':
      return scope.loaders.contactRequests.load({ ...key, userId: viewer.userId });
    case 'Conversation':
      return (await accessOf(context, key, viewer))?.conversation ?? null;
    case 'JoinRequest':
      return seenRequest(context, viewer.userId, key);
    case 'GroupInvite':
      return seenInvite(context, viewer, key);
    case 'Membership':
      return (await accessOf(context, key.conversationId, viewer)) && scope.loaders.memberships.load(key);
    case 'Message':
      return seenMessage(context, viewer, key);
    case 'Reaction': {
      const message = await seenMessage(context, viewer, key);
      const reactions = message?.hasReactions ? await scope.loaders.reactions.load(message) : [];
      return reactions.find(({ emoji }) => emoji === key.emoji) ?? null;
    }
    case 'PollOption': {
      const message = await seenMessage(context, viewer, key);
      return message === null ? null : (optionsOf(message)[key.choice] ?? null);
    }
  }
}

/** Returns a message, if the user may read it, else null. */
export async function seenMessage(context: Context, viewer: Pick<ViewerShape, 'userId'>, ref: MessageRef): Promise<Message | null> {
  const { loaders } = context.scope;
  const accessed = await accessOf(context, ref.conversationId, viewer);
  // What was sent after the conversation was read may be past the end of the access.
  if (accessed === null || ref.seq < firstSeen(accessed.access) || ref.seq > accessed.conversation.lastSeq) return null;
  return (await loaders.hidden.load(ref)) ? null : loaders.messages.load(ref);
}

builder.queryFields((t) => ({
  node: t.field({
    type: Node,
    nullable: true,
    description: 'The object with this ID. Null if it does not exist, no longer exists, or is not visible to the viewer.',
    args: { id: t.arg.id({ required: true, description: 'The global ID.' }) },
    async resolve(_root, { id }, context, info) {
      const viewer = await beginField(context, info);
      return find(context, viewer, parseArgument('id', id));
    },
  }),
  nodes: t.field({
    type: [Node],
    nullable: { list: false, items: true },
    description: 'The objects with these IDs, in the order of `ids`. An item is null where `node` would be.',
    args: { ids: t.arg.idList({ required: true, description: 'The global IDs, at most 100.' }) },
    async resolve(_root, { ids }, context, info) {
      const viewer = await beginField(context, info);
      if (ids.length > maxNodes) throw badArgument('ids', `must be ${maxNodes} at most.`);
      const parsed = ids.map((id, place) => parseArgument(`ids.${place}`, id));
      return Promise.all(parsed.map((id) => find(context, viewer, id)));
    },
  }),
}));
