import { z } from 'zod';
import { option, url, whole } from './option.ts';

/** The options for traces, under OpenTelemetry's names where it has them. */
export const traceOptions = {
  traceUrl: option(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    '',
    z.literal('').or(url('http:', 'https:')),
    'Where traces are sent, as OTLP over HTTP: `http://collector:4318`, to which `/v1/traces` is added. Empty: tracing is off.',
  ),
  traceRatio: option(
    'TRACE_RATIO',
    '1',
    z
      .string()
      .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'must be a number from 0 to 1')
      .transform(Number),
    'Share of operations, jobs and effects that are traced, from 0 to 1. Operations whose client says that it does not trace them are not traced here either.',
  ),
  traceDelayMs: option('OTEL_BSP_SCHEDULE_DELAY', '5000', whole(1, 60_000), 'Interval in milliseconds at which spans are sent.'),
} as const;
