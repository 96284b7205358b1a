import { AsyncLocalStorage } from 'node:async_hooks';
import {
  isSpanContextValid,
  type Context as OtelContext,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind as SpanKinds,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, resourceAttributesEnvDetector, resourceFromAttributes, serviceNameEnvDetector } from '@opentelemetry/resources';
import { AlwaysOnSampler, BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import type { Config } from '../src/config/index.ts';
import { nodeNameOf } from '../src/config/index.ts';
import { release } from '../src/release.ts';
import type { Span, SpanKind, SpanNotes, SpanStart, Tracer } from '../src/tracer.ts';
import { tellingExporter } from './span-exporter.ts';

/** The tracer of a node. Disposing it sends the remaining spans. That takes at most two seconds, and no longer than DRAIN_MS. */
export interface Tracing extends Tracer, AsyncDisposable {}

// A node that stops waits for its clients, not for a collector.
const flushMs = 2_000;
// A span takes some 1.5 kB until it is sent, so this is 3 MB at most. Further spans are dropped.
const maxQueueSize = 2_048;

const kinds: Readonly<Record<SpanKind, SpanKinds>> = {
  server: SpanKinds.SERVER,
  client: SpanKinds.CLIENT,
  producer: SpanKinds.PRODUCER,
  consumer: SpanKinds.CONSUMER,
};

/** Adapts a span of OpenTelemetry. */
class OtlpSpan implements Span {
  readonly inner: OtelSpan;

  constructor(inner: OtelSpan) {
    this.inner = inner;
  }

  get traceId(): string {
    return this.inner.spanContext().traceId;
  }

  get traceparent(): string {
    const { traceId, spanId } = this.inner.spanContext();
    return `00-${traceId}-${spanId}-01`;
  }

  rename(name: string): void {
    this.inner.updateName(name);
  }

  note(notes: SpanNotes): void {
    this.inner.setAttributes(notes);
  }

  link(other: Span): void {
    if (other instanceof OtlpSpan) this.inner.addLink({ context: other.inner.spanContext() });
  }

  fail(outcome: string): void {
    this.inner.setAttribute('mpim.outcome', outcome);
    this.inner.setStatus({ code: SpanStatusCode.ERROR });
  }

  end(): void {
    if (this.inner.isRecording()) this.inner.end();
  }
}

/**
 * Creates a tracer on OpenTelemetry. Nothing is registered globally, so several nodes in one process do not see each other's spans. The
 * current span is in an AsyncLocalStorage, which is entered only for what is recorded.
 */
export function createOtlpTracing(
  config: Pick<Config, 'traceUrl' | 'traceRatio' | 'traceDelayMs' | 'drainMs' | 'nodeName'>,
  logger: Logger,
): Tracing {
  const { traceUrl, traceRatio, traceDelayMs, drainMs } = config;
  const running = new AsyncLocalStorage<OtlpSpan>();
  const exporter = tellingExporter(new OTLPTraceExporter({ url: `${traceUrl.replace(/\/+$/, '')}/v1/traces` }), logger);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'mpim',
      'service.version': release,
      'service.instance.id': nodeNameOf(config),
    }).merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] })),
    // `enter` and `part` decide what is recorded.
    sampler: new AlwaysOnSampler(),
    // A commit links to all operations that share it: at most COMMIT_BATCH.
    spanLimits: { attributeValueLengthLimit: 200, linkCountLimit: 1_000 },
    spanProcessors: [new BatchSpanProcessor({ exporter, maxQueueSize, scheduledDelayMillis: traceDelayMs })],
  });
  const tracer = provider.getTracer('mpim', release);

  function begin(name: string, { kind, notes, links }: SpanStart, context: OtelContext): OtlpSpan {
    const pointed = links?.flatMap((link) => (link instanceof OtlpSpan ? [{ context: link.inner.spanContext() }] : []));
    const options = { ...(kind && { kind: kinds[kind] }), ...(notes && { attributes: notes }), ...(pointed && { links: pointed }) };
    return new OtlpSpan(tracer.startSpan(name, options, context));
  }

  return {
    current() {
      const span = running.getStore();
      return span?.inner.isRecording() ? span : undefined;
    },
    enter(name, { from, ...start }) {
      const parent = typeof from === 'string' ? readTraceparent(from) : null;
      // At random, and not by the trace id: the client chooses that, and could choose one that is always recorded.
      if (parent?.traceFlags === TraceFlags.NONE || Math.random() >= traceRatio) return undefined;
      return begin(name, start, parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent));
    },
    part(name, of, start = {}) {
      const parent = typeof of === 'string' ? readTraceparent(of) : of instanceof OtlpSpan ? of.inner.spanContext() : null;
      return parent === null ? undefined : begin(name, start, trace.setSpanContext(ROOT_CONTEXT, parent));
    },
    run: (span, work) => (span instanceof OtlpSpan ? running.run(span, work) : work()),
    async [Symbol.asyncDispose]() {
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, Math.min(flushMs, drainMs));
      // The exporter has logged what could not be sent.
      await Promise.race([provider.shutdown().catch(() => undefined), late.promise]);
      clearTimeout(timer);
    },
  };
}

// Version 00 has 55 characters, later versions may add more. Bounded, because a waiting span holds the whole text, of which its ids are
// slices.
const longestTraceparent = 256;

/** Parses a `traceparent` of W3C Trace Context, of any version. Null if it is malformed. */
function readTraceparent(text: string): SpanContext | null {
  if (text.length > longestTraceparent) return null;
  const [, version, traceId = '', spanId = '', flags = '', rest] =
    /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/.exec(text) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return null;
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
  return isSpanContextValid(context) ? context : null;
}
