import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import { type AdminContext, adminSchema } from '../schema/admin/index.ts';
import type { Config } from '../src/config/index.ts';
import { useBodyLimit } from './body-limit.ts';
import { createDocumentCaches } from './document-caches.ts';
import { usePublicCodes } from './document-codes.ts';
import type { Mask } from './errors.ts';
import { useLimits } from './limits.ts';
import { useMediaTypes } from './media-types.ts';
import { useQueryStrings } from './query-strings.ts';

/** The engine that executes operations of the operators' schema. The caller has to check that the viewer is an admin. */
export type AdminEngine = YogaServerInstance<AdminContext, object>;

/** The path of the operators' schema. */
export const adminPath = '/admin/graphql';

/**
 * Creates the engine of the operators' schema. It has the limits and the error masking of the public engine, and nothing that can be
 * switched off.
 */
export function createAdminEngine({ config, mask }: { readonly config: Config; readonly mask: Mask }): AdminEngine {
  return createYoga<AdminContext, object>({
    schema: adminSchema,
    graphqlEndpoint: adminPath,
    logging: false,
    maskedErrors: { maskError: mask },
    // useBodyLimit does this.
    maxRequestBodySize: false,
    multipart: false,
    batching: false,
    parserAndValidationCache: createDocumentCaches(),
    // No page from another origin has a reason to call it.
    cors: false,
    graphiql: false,
    landingPage: false,
    plugins: [useMediaTypes(), useQueryStrings(), useBodyLimit(config.maxBodyBytes), useLimits(config), usePublicCodes(mask)],
  }) as AdminEngine;
}
