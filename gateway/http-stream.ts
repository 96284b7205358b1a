import type { ServerResponse } from 'node:http';
import type { Plugin } from 'graphql-yoga';
import type { Config } from '../src/config/index.ts';
import type { Call } from './call.ts';
import type { Delivery } from './delivery.ts';
import { asSocketError, type Mask } from './errors.ts';
import { toBytes } from './payload.ts';
import { type StreamFormat, streamFormatFor } from './stream-formats.ts';

// The limit of unsent bytes of one response, in addition to what Node holds for its socket.
const maxBytes = 65_536;

/** Answers subscriptions over HTTP in the streaming format that the client accepts, with the same payloads as WebSockets. */
export function useHttpStreams(mask: Mask, limits: Pick<Config, 'slowSocketMs' | 'streamPingMs'>): Plugin<Call> {
  return {
    onResultProcess({ request, serverContext, setResultProcessor }) {
      const { delivered, res } = serverContext as Partial<Call & NodeContext>;
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

/** What Yoga adds to a call from Node's own server. */
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

  /** Ends the stream when its client has gone or was given up. */
  function leave(): void {
    stop();
    void delivery.stop();
  }

  // Destroys the response. An error of the stream would not close the socket, and nobody would catch it: it would end the process.
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
      // Nobody receives the end of a response that was given up or whose client has gone.
      if (over) return;
      stop();
      put(last);
      controller.close();
      // The last bytes, too, are held for a limited time if the client does not read.
      stuck = undefined;
      watchReading();
    }
    if (response.closed) {
      // The client left during setup. Nobody reads or cancels the stream.
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
