// The public schema: every type, field and argument of the API, in the file of its noun, without the logic behind it.
//
// Owns global ids, cursors, the rules of paging, the form of errors, and the order of reads within a response.
//
// Promises:
// - schema/schema.graphql is printed from `schema`.
// - A context belongs to one operation.
// - Whatever depends on the viewer gets the viewer from requireViewer.
//
// Resolvers call the chat's modules and nothing below them. Does not know the transports that operations arrive on.
import './scalars.ts';
import './sign-in.ts';
import './session.ts';
import './block.ts';
import './block-event.ts';
import './session-acts.ts';
import './account.ts';
import './data-export.ts';
import './notice.ts';
import './push-device.ts';
import './quiet-hours.ts';
import './contact-event.ts';
import './contact-request.ts';
import './direct-conversation.ts';
import './group.ts';
import './group-members.ts';
import './group-settings.ts';
import './group-action.ts';
import './role.ts';
import './mute.ts';
import './ban.ts';
import './own-part.ts';
import './dissolve.ts';
import './join-group.ts';
import './invite.ts';
import './joining-event.ts';
import './send.ts';
import './scheduled-message.ts';
import './schedule.ts';
import './draft.ts';
import './draft-act.ts';
import './saved-message.ts';
import './save-message.ts';
import './markers.ts';
import './hide.ts';
import './own-marks.ts';
import './waiting.ts';
import './history.ts';
import './message-search.ts';
import './files.ts';
import './edit.ts';
import './reaction.ts';
import './poll.ts';
import './pin.ts';
import './thread.ts';
import './mention.ts';
import './forward.ts';
import './report.ts';
import './delivery.ts';
import './typing.ts';
import './signal.ts';
import './silence.ts';
import './settings.ts';
import './presence.ts';
import './message-event.ts';
import './group-event.ts';
import './member-event.ts';
import './own-event.ts';
import './live-event.ts';
import './node-lookup.ts';
import './subscription.ts';
import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import { counted } from './counted.ts';

export { type Context, type ContextParts, createContext, forEvent, forEveryone } from './context.ts';
export { Cost } from './cost.ts';
export { type ErrorExtensions, extensionsOf } from './errors.ts';
export { type Sharing, sharingOf } from './sharing.ts';
export { ShownEvents } from './shown-events.ts';
export { showDraft, showToApps, webhookDocument } from './webhook-event.ts';

builder.queryType({ description: 'The queries of the API.' });
builder.mutationType({ description: 'The mutations of the API.' });
builder.subscriptionType({ description: 'The subscriptions of the API.' });

/** The schema that the gateway serves. */
export const schema: GraphQLSchema = counted(builder.toSchema());
