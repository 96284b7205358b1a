import { connect, type Socket } from 'node:net';

/** What an occupant of a room is. */
export interface OccupantOptions {
  readonly port: number;
  /** `room@conference.localhost`. */
  readonly room: string;
  readonly nickname: string;
  /** The body of each message said in the room. */
  readonly onMessage: (body: string) => void;
}

/** Somebody in a room. */
export interface Occupant {
  /** Says something in the room. `body` has none of XML's own characters. */
  say(id: string, body: string): void;
}

const header =
  "<?xml version='1.0'?><stream:stream to='localhost' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
// What is waited for before each next thing is said, on the way from a connection to a room (RFC 6120; XEP-0045, 7.2).
function entry(room: string, nickname: string): readonly (readonly [until: string, say: string])[] {
  return [
    ['</stream:features>', "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>"],
    ['<success', header],
    ['</stream:features>', "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"],
    ["id='bind'", `<presence to='${room}/${nickname}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>`],
    // The room's subject ends what is sent to whoever enters.
    ['<subject', ''],
  ];
}

/**
 * Enters a room over plain TCP; resolves when it is entered. The least that a client can do: it reads no XML but a message's body, because a parser for each of a
 * hundred occupants would be busier than the server. Whatever ends the connection is thrown.
 */
export async function enterRoom({ port, room, nickname, onMessage }: OccupantOptions): Promise<Occupant> {
  const entered = Promise.withResolvers<void>();
  const steps = [...entry(room, nickname)];
  let rest = '';
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.setEncoding('latin1');
  socket.on('connect', () => socket.write(header));
  socket.on('error', (error) => {
    throw error;
  });
  socket.on('close', () => {
    throw new Error(`${nickname} was thrown out: ${rest.slice(0, 300)}`);
  });
  socket.on('data', (data) => {
    rest += data;
    if (steps.length > 0) goOn();
    else readMessages();
  });

  function goOn(): void {
    const [until, say] = steps[0] ?? ['', ''];
    if (!rest.includes(until)) return;
    steps.shift();
    rest = '';
    if (say !== '') socket.write(say);
    if (steps.length === 0) entered.resolve();
  }

  function readMessages(): void {
    let from = 0;
    for (let end = rest.indexOf('</message>'); end >= 0; end = rest.indexOf('</message>', from)) {
      const start = rest.indexOf('<body>', from);
      if (start < 0 || start > end) throw new Error(`${nickname} got what is no message: ${rest.slice(from, end)}`);
      onMessage(rest.slice(start + '<body>'.length, rest.indexOf('</body>', start)));
      from = end + '</message>'.length;
    }
    rest = rest.slice(from);
  }

  await entered.promise;
  return {
    say: (id, body) => void socket.write(`<message to='${room}' type='groupchat' id='${id}'><body>${body}</body></message>`),
  };
}
