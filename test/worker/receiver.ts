import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What a worker's process says of a run. */
export interface Call {
  readonly worker: string;
  readonly stream: string;
  readonly seqs: readonly number[];
}

/** Where workers' processes report what they are called for: an app's server, as it were. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** What came, stream by stream, in order, with repetitions. */
  readonly seen: ReadonlyMap<string, readonly number[]>;
  /** Calls that came while another worker's of the same stream was under way. */
  readonly overlaps: readonly string[];
  /** Answers a call after it was noted: its status. It may take as long as it likes. */
  answer: (call: Call) => Promise<number> | number;
}

/** Opens one on a free port. */
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
