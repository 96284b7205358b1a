import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What a worker's process reports of a run of entries. */
export interface Call {
  readonly worker: string;
  readonly stream: string;
  readonly seqs: readonly number[];
}

/** A server, like an app's, to which workers' processes report what they are called for. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** The entries received, by stream, in order, with repetitions. */
  readonly seen: ReadonlyMap<string, readonly number[]>;
  /** Calls that came while another worker's call for the same stream was under way. */
  readonly overlaps: readonly string[];
  /** Returns the status with which a recorded call is answered. It may take any time. */
  answer: (call: Call) => Promise<number> | number;
}

/** Starts one on a free port. */
export async function openReceiver(): Promise<Receiver> {
  const seen = new Map<string, number[]>();
  const overlaps: string[] = [];
  const underWay = new Map<string, Set<string>>();
  const server = createServer(async (request, response) => {
    const call = JSON.parse(await text(request)) as Call;
    const { worker, stream, seqs } = call;
    const here = underWay.get(stream) ?? new Set();
    underWay.set(stream, here);
    for (const other of here) if (other !== worker) overlaps.push(`${stream}: ${other}, ${worker}`);
    here.add(worker);
    response.once('close', () => here.delete(worker));
    seen.set(stream, [...(seen.get(stream) ?? []), ...seqs]);
    response.writeHead(await receiver.answer(call)).end();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}`,
    ...{ seen, overlaps },
    answer: () => 204,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
  return receiver;
}
