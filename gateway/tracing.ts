import type { Config } from '../src/config/index.ts';
import { noTracer } from '../src/tracer.ts';
import type { Logging } from './logger.ts';
import type { Tracing } from './otlp.ts';

/** Starts tracing if it is configured. Otherwise no tracing code is loaded. */
export async function openTracing(config: Config, logging: Logging): Promise<Tracing> {
  if (config.traceUrl === '') return { ...noTracer, [Symbol.asyncDispose]: async () => {} };
  const { createOtlpTracing } = await import('./otlp.ts');
  const tracing = createOtlpTracing(config, logging.logger);
  logging.traceBy(() => tracing.current()?.traceId);
  return tracing;
}
