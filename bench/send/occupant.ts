import { connect, type Socket } from 'node:net';

/** The options of an occupant. */
export interface OccupantOptions {
  readonly port: number;
  /** `room@conference.localhost`. */
  readonly room: string;
  readonly nickname: string;
  /** Called with the body of each message in the room. */
  readonly onMessage: (body: string) => void;
}

/** An occupant of a room. */
export interface Occupant {
  /** Sends a message to the room. `body` has none of XML's own characters. */
  say(id: string, body: string): void;
}

const header =
  "<?xml version='1.0'?><stream:stream to='localhost' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
// What the client waits for, and what it sends then, on the way from a connection to a room (RFC 6120; XEP-0045, 7.2).
function entry(room: string, nickname: string): readonly (readonly [until: string, say: string])[] {
  return [
    ['</stream:features>', "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>"],
    ['<success', header],
    ['</stream:features>', "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"],
    ["id='bind'", `<presence to='${room}/${nickname}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>`],
    // The room's subject ends what a new occupant is sent.
    ['<subject', ''],
  ];
}

/**
 * Enters a room over plain TCP, and resolves when the room is entered. Of XML it reads only a message's body: a parser for each of a
 * hundred occupants would be busier than the server. Throws whatever ends the connection.
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
