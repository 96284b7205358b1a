import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listenLocally } from './local-server.ts';

/** A span, as a collector receives it. */
export interface SentSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the root span of a trace. */
  readonly parentSpanId: string;
  readonly notes: Readonly<Record<string, string | number>>;
  /** The ids of the linked spans. */
  readonly links: readonly string[];
  readonly failed: boolean;
  /** The node's name, from `service.instance.id`. */
  readonly node: string;
}

/** A collector of traces: a real server that speaks OTLP over HTTP, in JSON. */
export interface Collector extends AsyncDisposable {
  /** The value for OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  readonly spans: readonly SentSpan[];
  /** Returns all accepted requests as received. */
  readonly text: () => string;
  /** The paths of all requests. */
  readonly paths: readonly string[];
  /** Resolves with the spans of a trace once all of these names are among them. */
  until(traceId: string, ...names: readonly string[]): Promise<readonly SentSpan[]>;
  /** From now on, accepts requests and does not answer them. */
  hang(): void;
  /** From now on, answers with this status. Requests answered with anything but 200 are discarded. */
  answer(status: number): void;
}

/** Starts a collector. */
export async function startCollector(): Promise<Collector> {
  const [spans, paths]: [SentSpan[], string[]] = [[], []];
  const waiting = new Set<() => void>();
  let all = '';
  let hangs = false;
  let status = 200;

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    paths.push(request.url ?? '');
    const body = await text(request);
    if (hangs) return;
    if (status !== 200) return void response.writeHead(status).end();
    all += body;
    spans.push(...spansOf(JSON.parse(body) as Told));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    for (const wake of waiting) wake();
  }

  const server = createServer((request, response) => void take(request, response).catch(() => response.destroy()));
  const { url, close } = await listenLocally(server);

  return {
    ...{ url, spans, paths },
    text: () => all,
    async until(traceId, ...names) {
      for (;;) {
        const found = spans.filter((span) => span.traceId === traceId);
        if (names.every((name) => found.some((span) => span.name === name))) return found;
        const { promise, resolve: wake } = Promise.withResolvers<void>();
        waiting.add(wake);
        await promise;
        waiting.delete(wake);
      }
    },
    hang() {
      hangs = true;
    },
    answer(next) {
      status = next;
    },
    [Symbol.asyncDispose]: close,
  };
}

// The parts of OTLP that tests need (opentelemetry-proto, trace/v1/trace.proto, in JSON).
interface Told {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Note[] };
    readonly scopeSpans: readonly { readonly spans: readonly ToldSpan[] }[];
  }[];
}

interface ToldSpan extends Pick<SentSpan, 'name' | 'traceId' | 'spanId'> {
  readonly parentSpanId?: string;
  readonly attributes: readonly Note[];
  readonly links?: readonly { readonly spanId: string }[];
  readonly status?: { readonly code?: number };
}

interface Note {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number; readonly doubleValue?: number };
}

function spansOf({ resourceSpans }: Told): readonly SentSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const node = String(notesOf(resource.attributes)['service.instance.id']);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => sentSpan(span, node)));
  });
}

function sentSpan({ name, traceId, spanId, parentSpanId = '', attributes, links = [], status }: ToldSpan, node: string): SentSpan {
  return {
    name,
    traceId,
    spanId,
    parentSpanId,
    notes: notesOf(attributes),
    links: links.map((link) => link.spanId),
    failed: status?.code === 2,
    node,
  };
}

function notesOf(notes: readonly Note[]): SentSpan['notes'] {
  return Object.fromEntries(notes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue ?? value.doubleValue)]));
}
