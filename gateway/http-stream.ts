import type { ServerResponse } from 'node:http';
import type { Plugin } from 'graphql-yoga';
import type { Config } from '../src/config.ts';
import type { Call } from './call.ts';
import type { Delivery } from './delivery.ts';
import { asSocketError, type Mask } from './errors.ts';
import { toBytes } from './payload.ts';
import { type StreamFormat, streamFormatFor } from './stream-formats.ts';

/** A call over HTTP, which can stream what a subscription delivers. */
export interface StreamedCall extends Call {
  /** What was delivered to it: undefined for a query, a mutation, or a subscription that was refused. */
  readonly delivered: () => Delivery | undefined;
}

// Unsent bytes of one response beyond what Node itself holds for its socket.
const maxBytes = 65_536;

/** Answers subscriptions over HTTP in the streaming format that the client accepts, with the payloads that WebSockets get. */
export function useHttpStreams(mask: Mask, limits: Pick<Config, 'slowSocketMs' | 'streamPingMs'>): Plugin<Call> {
  return {
    onResultProcess({ request, serverContext, setResultProcessor }) {
      const { delivered, res } = serverContext as Partial<StreamedCall & NodeContext>;
      const delivery = delivered?.();
      const format = delivery && streamFormatFor(request.headers.get('accept'));
      if (!format || !res) return;
      setResultProcessor((_result, { Response }) => {
        const headers = {
          'content-type': format.contentType,
          'cache-control': 'no-cache',
          'x-accel-buffering': 'no',
          connection: 'keep-alive',
        };
        return new Response(streamOf({ delivery, format, mask, response: res, ...limits }), { headers });
      }, format.mediaType);
    },
  };
}

/** What Yoga adds to a call that comes from Node's own server. */
interface NodeContext {
  readonly res: ServerResponse;
}

interface StreamParts extends Pick<Config, 'slowSocketMs' | 'streamPingMs'> {
  readonly delivery: Delivery;
  readonly format: StreamFormat;
  readonly mask: Mask;
  readonly response: ServerResponse;
}

function streamOf({ delivery, format, mask, response, slowSocketMs, streamPingMs }: StreamParts): ReadableStream<Uint8Array> {
  let pinging: NodeJS.Timeout | undefined;
  let stuck: NodeJS.Timeout | undefined;
  let over = false;

  function stop(): void {
    over = true;
    clearInterval(pinging);
    clearTimeout(stuck);
  }

  /** Nobody reads it any more: its client has gone, or was given up. */
  function leave(): void {
    stop();
    void delivery.stop();
  }

  // An error of the stream would neither close the socket nor be caught by who pipes the stream there: it would end the process.
  function watchReading(): void {
    stuck ??= setTimeout(() => response.destroy(), slowSocketMs).unref();
  }

  function begin(controller: ReadableStreamDefaultController<Uint8Array>): void {
    function put(bytes: string): void {
      controller.enqueue(Buffer.from(bytes, 'latin1'));
    }
    function hasRoom(): boolean {
      return (controller.desiredSize ?? 0) > 0;
    }
    pump = () => {
      if (over) return;
      while (hasRoom()) {
        const payload = delivery.poll();
        if (payload === undefined) return;
        put(format.next(payload.json));
      }
      watchReading();
    };
    function end(last: string): void {
      // Where the response was given up, or its client has gone, nobody is there to be told.
      if (over) return;
      stop();
      put(last);
      controller.close();
      // Also its last bytes are held no longer than others for a client that does not read.
      stuck = undefined;
      watchReading();
    }
    if (response.closed) {
      // The client went away while this was set up: nobody reads the stream, nor cancels it.
      leave();
      controller.close();
      return;
    }
    response.once('close', leave);
    put(format.first);
    pinging = setInterval(() => hasRoom() && put(format.ping), streamPingMs).unref();
    delivery.begin({
      wake: () => pump(),
      full: () => !hasRoom(),
      ended({ error }) {
        end(error === undefined ? format.end : format.fail(toBytes(JSON.stringify([asSocketError(mask(error)).toJSON()]))));
      },
    });
  }

  let pump: () => void = () => undefined;
  return new ReadableStream<Uint8Array>(
    {
      start: begin,
      pull() {
        clearTimeout(stuck);
        stuck = undefined;
        pump();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: maxBytes }),
  );
}
