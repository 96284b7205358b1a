// The occupants of one XMPP room, in a process of their own. A message counts as acknowledged when its sender got it back from the room,
// which archives it first. Every occupant must receive the same messages in the same order.
import { answerRuns } from './answer-runs.ts';
import type { LoadPlan } from './load-plan.ts';
import { enterRoom, type Occupant } from './occupant.ts';
import { Tally } from './tally.ts';
import { textOf } from './text.ts';
import type { Send } from './traffic.ts';

const plan = await new Promise<LoadPlan>((resolve) => process.once('message', resolve));
const [room] = plan.rooms;
if (room === undefined) throw new Error('there is no room');
const tally = new Tally(1);
const occupants: Occupant[] = [];

interface Saying {
  readonly text: string;
  readonly due: number;
  readonly sender: number;
  readonly back: () => void;
}

const sayings: Saying[] = [];
/** Numbers of messages in the order in which the first occupant received them. */
const order: number[] = [];
/** Number of messages that each occupant has received. */
const have = new Int32Array(room.members.length);

/** `Event 00000012: …` → 12 */
function numberIn(body: string): number {
  return Number(body.slice(6, 14));
}

function receive(member: number, body: string): void {
  const number = numberIn(body);
  const saying = sayings[number];
  const place = have[member] ?? 0;
  have[member] = place + 1;
  if (saying?.text !== body) throw new Error(`occupant ${member} got what nobody said: ${body}`);
  if (place === order.length) order.push(number);
  if (order[place] !== number) throw new Error(`occupant ${member} got message ${number} where another got ${order[place]}`);
  tally.noteDelivery(saying.due);
  if (member !== saying.sender) return;
  tally.noteAck(0, place + 1, saying.due);
  saying.back();
}

function sendFrom(slot: number, due: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const sender = slot % occupants.length;
  const number = sayings.length;
  const text = textOf(number);
  sayings.push({ text, due, sender, back: resolve });
  tally.sent(occupants.length);
  occupants[sender]?.say(`m${number}`, text);
  return promise;
}

function settle(): void {
  if (have.some((count) => count !== sayings.length)) throw new Error(`some have not got all ${sayings.length} messages`);
  if (new Set(order).size !== order.length) throw new Error('a message came twice');
}

for (const [member, nickname] of room.members.entries()) {
  occupants.push(await enterRoom({ port: plan.port, room: room.id, nickname, onMessage: (body) => receive(member, body) }));
}
answerRuns(tally, (): Send => sendFrom, settle);
