import type { Config } from '../src/config.ts';
import { noTracer, type Tracer } from '../src/tracer.ts';
import type { Logging } from './logger.ts';

/** What a node traces with. Disposing it sends what is left, for two seconds at most. */
export interface Tracing extends Tracer, AsyncDisposable {}

/** Begins to trace where that is configured. Otherwise nothing that traces is loaded. */
export async function openTracing(config: Config, logging: Logging): Promise<Tracing> {
  if (config.traceUrl === '') return { ...noTracer, [Symbol.asyncDispose]: async () => {} };
  const { createOtlpTracing } = await import('./otlp.ts');
  const tracing = createOtlpTracing(config, logging.logger);
  logging.traceBy(() => tracing.current()?.traceId);
  return tracing;
}
