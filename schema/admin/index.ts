// The operators' schema: what admins query and do about the system as a whole, one file per noun.
//
// - Served on a port of its own and to admins only. The public schema does not import it, and so contains none of it.
// - Takes from the public schema what is the same in both: ids, cursors, the form of errors.
// - Promises that schema/admin.graphql is printed from `adminSchema`.
// - Leaves it to the gateway to call resolvers for admins only.
import './scalars.ts';
import './viewer.ts';
import './setting.ts';
import './settings-version.ts';
import './set-settings.ts';
import './notice.ts';
import './post-notice.ts';
import './node.ts';
import './drain-node.ts';
import './open-connection.ts';
import './disconnect-user.ts';
import './audit-entry.ts';
import './user-standing.ts';
import './users.ts';
import './create-user.ts';
import './update-user.ts';
import './bot-key.ts';
import './link-identity.ts';
import './suspend-user.ts';
import './delete-user.ts';
import './reset-password.ts';
import './grant-admin.ts';
import './group.ts';
import './change-group.ts';
import './moderation-item.ts';
import './moderation-report.ts';
import './resolve-report.ts';
import './blocked-words.ts';
import './job.ts';
import './replay-job.ts';
import './webhook.ts';
import './change-webhook.ts';
import './before-send.ts';
import type { GraphQLSchema } from 'graphql';
import { audited } from './audited.ts';
import { builder } from './builder.ts';

export type { AdminContext } from './context.ts';

builder.queryType({ description: 'The queries that admins can run.' });
builder.mutationType({ description: 'The mutations that admins can run. Each is recorded in the audit log.' });

/** The schema that the gateway serves to admins. All its mutations are in the audit. */
export const adminSchema: GraphQLSchema = audited(builder.toSchema());
