import type { Server } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { Context } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import type { YogaServerInstance } from 'graphql-yoga';
import { WebSocketServer } from 'ws';

interface Prepared {
  readonly rootValue: { execute(args: unknown): ExecutionResult; subscribe(args: unknown): AsyncIterable<ExecutionResult> };
}

type Connection = Context<Record<string, unknown>, Extra>;

/**
 * Serves a Yoga over graphql-ws, as Yoga's page on subscriptions wires it
 * (https://the-guild.dev/graphql/yoga-server/docs/features/subscriptions, "GraphQL over WebSocket"). `onConnect` is called once for each
 * socket.
 */
export function serveYogaSockets<S extends Record<string, unknown>, U extends Record<string, unknown>>(
  yoga: YogaServerInstance<S, U>,
  server: Server,
  onConnect?: (context: Connection) => Promise<void>,
): void {
  const sockets = new WebSocketServer({ server, path: yoga.graphqlEndpoint, perMessageDeflate: false });
  useServer(
    {
      ...(onConnect && { onConnect }),
      execute: (args: unknown) => (args as Prepared).rootValue.execute(args),
      subscribe: (args: unknown) => (args as Prepared).rootValue.subscribe(args),
      async onSubscribe(context, _id, params) {
        const {
          schema: served,
          execute,
          subscribe,
          contextFactory,
          parse,
          validate,
        } = yoga.getEnveloped({ ...context, req: context.extra.request, socket: context.extra.socket, params });
        const document = parse(params.query);
        const errors = validate(served, document);
        if (errors.length > 0) return errors;
        return {
          schema: served,
          operationName: params.operationName,
          document,
          variableValues: params.variables,
          contextValue: await contextFactory(),
          rootValue: { execute, subscribe },
        };
      },
    },
    sockets,
  );
}
