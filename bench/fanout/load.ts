import { openWire, type WireSocket } from '../support/wire.ts';
import type { FromLoad, LoadPlan, ToLoad } from './messages.ts';

// The subscribers, in a process of their own. Each frame of each subscriber is compared, byte for byte, with the first frame that brought
// the same event. That first frame goes to the parent, which knows what was published.

const plan = await new Promise<LoadPlan>((resolve) => process.once('message', resolve));
const sockets: WireSocket[] = [];
/** Number of events that each subscriber has received. */
const counts = new Uint32Array(plan.subscribers);
const references: Buffer[] = [];
let latencies = new Float64Array(1_024);
let measured = 0;
const arrivals: number[] = [];
let publishedAt = 0n;
let opened = 0;

function tell(message: FromLoad): void {
  process.send?.(message);
}

function fail(reason: string): never {
  tell({ kind: 'failed', reason });
  process.exit(1);
}

function idOf(place: number): string {
  return String(place).padStart(6, '0');
}

/** The beginning of an event's frame, up to its payload. It contains the subscriber's own operation id. */
function headOf(place: number): Buffer {
  return Buffer.from(plan.head.replace('ID', idOf(place)));
}

function isEvent(buffer: Buffer, start: number, end: number, head: Buffer): boolean {
  return end - start >= head.length && buffer.compare(head, 0, head.length, start, start + head.length) === 0;
}

function note(buffer: Buffer, start: number, end: number, place: number, head: Buffer): void {
  const seq = counts[place] ?? 0;
  counts[place] = seq + 1;
  const from = start + head.length;
  const reference = references[seq];
  if (reference === undefined) {
    references[seq] = Buffer.from(buffer.subarray(from, end));
    arrivals[seq] = 1;
    tell({ kind: 'reference', seq, payload: buffer.toString('utf8', from, end) });
  } else {
    if (reference.length !== end - from || buffer.compare(reference, 0, reference.length, from, end) !== 0) {
      fail(`subscriber ${place} got other bytes for event ${seq}: ${buffer.toString('utf8', from, end)}`);
    }
    arrivals[seq] = (arrivals[seq] ?? 0) + 1;
  }
  if (measured === latencies.length) latencies = grown(latencies);
  latencies[measured++] = Number(process.hrtime.bigint() - publishedAt) / 1_000;
  if (arrivals[seq] === plan.subscribers) tell({ kind: 'all', seq });
}

function grown(old: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(old.length * 2);
  wider.set(old);
  return wider;
}

function connectGraphql(place: number, done: () => void): void {
  const head = headOf(place);
  const socket = openWire({
    port: plan.port,
    path: plan.path,
    protocol: 'graphql-transport-ws',
    onOpen: () =>
      socket.send(
        JSON.stringify({ type: 'connection_init', payload: plan.tokens ? { authorization: `Bearer ${plan.tokens[place]}` } : {} }),
      ),
    onFrame(buffer, start, end) {
      if (isEvent(buffer, start, end, head)) {
        if (plan.ready && counts[place] === 0 && buffer.subarray(start, end).includes(plan.ready)) return done();
        return note(buffer, start, end, place, head);
      }
      const text = buffer.toString('utf8', start, end);
      if (text.includes('connection_ack')) {
        socket.send(JSON.stringify({ id: idOf(place), type: 'subscribe', payload: { query: plan.document } }));
        if (!plan.ready) done();
      } else {
        fail(`subscriber ${place} got what is not its own: ${text.slice(0, 200)}`);
      }
    },
    onClose: (why) => fail(`subscriber ${place}: ${why}`),
  });
  sockets.push(socket);
}

function connectSocketIo(place: number, done: () => void): void {
  const head = headOf(place);
  const socket = openWire({
    port: plan.port,
    path: plan.path,
    onOpen: () => undefined,
    onFrame(buffer, start, end) {
      const [first, second] = [buffer[start], buffer[start + 1]];
      if (first === 0x30) socket.send('40');
      else if (first === 0x32) socket.send('3');
      else if (first === 0x34 && second === 0x30) done();
      else if (isEvent(buffer, start, end, head)) note(buffer, start, end, place, head);
      else fail(`subscriber ${place} got what is no event: ${buffer.toString('utf8', start, Math.min(end, start + 200))}`);
    },
    onClose: (why) => fail(`subscriber ${place}: ${why}`),
  });
  sockets.push(socket);
}

// Number of sockets that connect at a time: more would only wait in the server's backlog.
const atOnce = 50;

let wanted = 0;

function connectNext(): void {
  const place = opened;
  if (place >= wanted) return;
  opened += 1;
  const connect = plan.dialect === 'graphql-ws' ? connectGraphql : connectSocketIo;
  connect(place, () => {
    ready += 1;
    if (ready === plan.pilots) tell({ kind: 'pilots' });
    if (ready === plan.subscribers) tell({ kind: 'ready' });
    connectNext();
  });
}

function connectUpTo(count: number): void {
  wanted = count;
  for (let n = 0; n < atOnce; n += 1) connectNext();
}

let ready = 0;
connectUpTo(plan.pilots);

process.on('message', (message: ToLoad) => {
  if (message.kind === 'publishing') {
    publishedAt = process.hrtime.bigint();
    tell({ kind: 'go' });
  } else if (message.kind === 'rest') {
    connectUpTo(plan.subscribers);
  } else if (message.kind === 'report') {
    const sorted = latencies.slice(0, measured).sort();
    measured = 0;
    const { user, system } = process.cpuUsage();
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    tell({ kind: 'report', p50: at(0.5), p99: at(0.99), cpuUs: user + system, bytes: references.at(-1)?.length ?? 0 });
  } else {
    process.exit(0);
  }
});
