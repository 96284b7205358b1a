import { AsyncLocalStorage } from 'node:async_hooks';
import { type DestinationStream, type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from '../src/config.ts';
import { nodeNameOf } from '../src/node-name.ts';

/** The log of a node, which knows the request that a line belongs to. */
export interface Logging {
  /** Every line it writes within `inRequest` carries `requestId`; and every line of what is traced `traceId`. */
  readonly logger: Logger;
  /** Runs `work` as part of a request: all it starts, awaited or not, logs under this id. */
  inRequest<T>(id: string, work: () => T): T;
  /** The id of the request that is running, if one is. */
  requestId(): string | undefined;
  /** From here on all lines of the request that is running carry this id of a trace. */
  inTrace(traceId: string): void;
  /** From here on this tells of which trace something is that runs and is no request. */
  traceBy(current: () => string | undefined): void;
  /** Tells whoever started the node something they need, whatever the level: a line of the log if it shows such lines as JSON, else plain text. */
  announce(text: string): void;
}

interface RunningRequest {
  readonly id: string;
  /** Of the operation that it brought, once that is known to be traced. */
  traceId: string | undefined;
}

/** Makes the log as configured: JSON lines, or text for people where stdout is a terminal. `stream`: where to instead of stdout. */
export function createLogging(config: Config, stream?: DestinationStream): Logging {
  const readable = config.logFormat === 'pretty' || (config.logFormat === 'auto' && process.stdout.isTTY);
  const requests = new AsyncLocalStorage<RunningRequest>();
  let currentTrace: () => string | undefined = () => undefined;
  const logger = pino(
    {
      level: config.logLevel,
      base: { node: nodeNameOf(config) },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      mixin() {
        const { id: requestId, traceId = currentTrace() } = requests.getStore() ?? {};
        return { ...(requestId !== undefined && { requestId }), ...(traceId !== undefined && { traceId }) };
      },
    },
    stream ?? destination(readable),
  );
  return {
    logger,
    inRequest: (id, work) => requests.run({ id, traceId: undefined }, work),
    requestId: () => requests.getStore()?.id,
    inTrace(traceId) {
      const request = requests.getStore();
      if (request !== undefined) request.traceId = traceId;
    },
    traceBy(current) {
      currentTrace = current;
    },
    announce(text) {
      if (!readable && logger.isLevelEnabled('info')) logger.info(text);
      else process.stdout.write(`${text}\n`);
    },
  };
}

function destination(readable: boolean): DestinationStream {
  // Synchronous, so that the last line before an exit is written.
  return readable
    ? pretty({ sync: true, ignore: 'node', singleLine: true, translateTime: 'SYS:HH:MM:ss.l' })
    : pino.destination({ sync: true });
}
