import { AsyncLocalStorage } from 'node:async_hooks';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';

/** Wraps an exporter: logs when spans cannot be sent, once per outage. */
export function tellingExporter(exporter: SpanExporter, logger: Logger): SpanExporter {
  // Spans are sent in the async context of whichever request came first. The log lines must not have its id.
  const outside = AsyncLocalStorage.snapshot();
  let failing = false;
  let lost = 0;

  function tell(error: Error | undefined, count: number): void {
    if (error !== undefined) lost += count;
    if (error !== undefined) logger[failing ? 'debug' : 'warn']({ err: error, spans: count }, 'spans could not be sent');
    else if (failing) logger.warn({ lost }, 'trace spans can be sent again');
    failing = error !== undefined;
    if (!failing) lost = 0;
  }

  return {
    export(spans, answer) {
      exporter.export(spans, (result) => {
        // 0 means sent.
        outside(tell, result.code === 0 ? undefined : (result.error ?? new Error('it did not say why')), spans.length);
        answer(result);
      });
    },
    forceFlush: async () => await exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}
