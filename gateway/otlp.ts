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
import type { Config } from '../src/config.ts';
import { nodeNameOf } from '../src/node-name.ts';
import { release } from '../src/release.ts';
import type { Span, SpanKind, SpanNotes, SpanStart, Tracer } from '../src/tracer.ts';
import { tellingExporter } from './span-exporter.ts';

/** What a node traces with. Disposing it sends what is left, for two seconds at most, and no longer than DRAIN_MS. */
export interface Tracing extends Tracer, AsyncDisposable {}

// A node that stops waits for its clients, and not for a collector.
const flushMs = 2_000;
// A span has some 1.5 kB until it is sent: three MB at most, of which the rest is dropped.
const maxQueueSize = 2_048;

const kinds: Readonly<Record<SpanKind, SpanKinds>> = {
  server: SpanKinds.SERVER,
  client: SpanKinds.CLIENT,
  producer: SpanKinds.PRODUCER,
  consumer: SpanKinds.CONSUMER,
};

/** A span of OpenTelemetry, by our words. */
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
 * Traces by OpenTelemetry, with nothing of it made global: several nodes in one process do not see each other's. What is running is told by an AsyncLocalStorage, which is entered for what is
 * recorded and for nothing else.
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
    // Who asks for a span has decided.
    sampler: new AlwaysOnSampler(),
    // A commit points to all that share it: COMMIT_BATCH at most.
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
      // By chance, and not by the trace's id: that is the client's, and one that chose it well would be recorded always.
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
      // What could not be sent has been told of.
      await Promise.race([provider.shutdown().catch(() => undefined), late.promise]);
      clearTimeout(timer);
    },
  };
}

// Version 00 has 55 characters. What later ones add is theirs to bound; a span that waits keeps the whole text, of which its ids are parts.
const longestTraceparent = 256;

/** Reads a `traceparent` of W3C Trace Context, of any version; null for what is none. */
function readTraceparent(text: string): SpanContext | null {
  if (text.length > longestTraceparent) return null;
  const [, version, traceId = '', spanId = '', flags = '', rest] =
    /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/.exec(text) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return null;
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
  return isSpanContextValid(context) ? context : null;
}
