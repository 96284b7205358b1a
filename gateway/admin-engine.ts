import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import { type AdminContext, adminSchema } from '../schema/admin/index.ts';
import type { Config } from '../src/config.ts';
import { useBodyLimit } from './body-limit.ts';
import { createDocumentCache } from './document-cache.ts';
import { usePublicCodes } from './document-codes.ts';
import type { Mask } from './errors.ts';
import { useLimits } from './limits.ts';
import { useMediaTypes } from './media-types.ts';
import { useQueryStrings } from './query-strings.ts';

/** What executes admins' operations. Whoever calls it has made sure that they are one. */
export type AdminEngine = YogaServerInstance<AdminContext, object>;

/** Where the operators' schema is served. */
export const adminPath = '/admin/graphql';

/** Makes the engine of the operators' schema: the limits and the masking of the public one, and nothing that can be switched off. */
export function createAdminEngine({ config, mask }: { readonly config: Config; readonly mask: Mask }): AdminEngine {
  return createYoga<AdminContext, object>({
    schema: adminSchema,
    graphqlEndpoint: adminPath,
    logging: false,
    maskedErrors: { maskError: mask },
    // Plugins of ours see to it.
    maxRequestBodySize: false,
    multipart: false,
    batching: false,
    parserAndValidationCache: { documentCache: createDocumentCache(), errorCache: { get: () => undefined, set: () => undefined } },
    // No page of elsewhere has a reason to call it.
    cors: false,
    graphiql: false,
    landingPage: false,
    plugins: [useMediaTypes(), useQueryStrings(), useBodyLimit(config.maxBodyBytes), useLimits(config), usePublicCodes(mask)],
  }) as AdminEngine;
}
