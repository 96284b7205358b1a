import { GraphQLError, getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Config } from '../src/config/index.ts';
import { asRequestError } from './errors.ts';
import { selectsOnly } from './signing-in.ts';

// Access tokens live for minutes, and queries and subscriptions continue during maintenance. So users with an account can get the next
// token.
const allowed: ReadonlySet<string> = new Set(['signIn', 'signInWithToken', 'refreshToken']);

/** Refuses mutations during maintenance, on every transport. `extensions.maintenance` tells clients that their request is not at fault. */
export function useMaintenance(config: Pick<Config, 'maintenance' | 'maintenanceMessage'>): Plugin {
  return {
    onExecute({ args: { document, operationName } }) {
      if (!config.maintenance || getOperationAST(document, operationName)?.operation !== 'mutation') return;
      if (selectsOnly(document, operationName, allowed)) return;
      const extensions = { code: 'UNAVAILABLE', retryable: true, maintenance: true };
      throw asRequestError(new GraphQLError(config.maintenanceMessage, { extensions }));
    },
  };
}
