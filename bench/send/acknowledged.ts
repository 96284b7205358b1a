/** What a room holds: how many messages, and the sum of their numbers, which tells a set of messages from another of the same size. */
export interface Held {
  readonly count: number;
  readonly sum: number;
}

/** What has been acknowledged, room by room. */
export class Acknowledged {
  readonly rooms: { count: number; sum: number }[];

  constructor(rooms: number) {
    this.rooms = Array.from({ length: rooms }, () => ({ count: 0, sum: 0 }));
  }

  /** `seq`: the number that the server gave it. */
  add(room: number, seq: number): void {
    const held = this.rooms[room];
    if (held === undefined) throw new Error(`there is no room ${room}`);
    held.count += 1;
    held.sum += seq;
  }
}
