import { AsyncLocalStorage } from 'node:async_hooks';
import { type DestinationStream, type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from '../src/config/index.ts';
import { nodeNameOf } from '../src/config/index.ts';

/** The log of a node. It knows the request that a line belongs to. */
export interface Logging {
  /** Lines within `inRequest` have a `requestId`, and lines within a trace a `traceId`. */
  readonly logger: Logger;
  /** Runs `work` as part of a request: everything that it starts, awaited or not, logs with this id. */
  inRequest<T>(id: string, work: () => T): T;
  /** Returns the id of the current request, if there is one. */
  requestId(): string | undefined;
  /** Adds a trace id to the following lines of the current request. */
  inTrace(traceId: string): void;
  /** Sets the function that returns the current trace id outside of requests. */
  traceBy(current: () => string | undefined): void;
  /**
   * Tells the person who started the node something important, whatever the log level: as a log line if the log is JSON and has the level,
   * else as plain text.
   */
  announce(text: string): void;
}

interface RunningRequest {
  readonly id: string;
  /** The trace of the request's operation, once it is known to be traced. */
  traceId: string | undefined;
}

/** Creates the log as configured: JSON lines, or readable text if stdout is a terminal. `stream` replaces stdout. */
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
      serializers: { err: shownError },
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

// An error of Redis has its command, whose arguments may be texts, addresses of clients or a password. Its name is enough.
function shownError(error: Error): object {
  const shown = pino.stdSerializers.err(error);
  const command: unknown = Reflect.get(shown, 'command');
  if (command instanceof Object) Reflect.set(shown, 'command', Reflect.get(command, 'name'));
  return shown;
}

function destination(readable: boolean): DestinationStream {
  // Synchronous, so that the last line before an exit is written.
  return readable
    ? pretty({ sync: true, ignore: 'node', singleLine: true, translateTime: 'SYS:HH:MM:ss.l' })
    : pino.destination({ sync: true });
}
