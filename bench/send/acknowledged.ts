/** The content of a room: the number of its messages, and the sum of their numbers, by which sets of the same size differ. */
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

  /** `seq`: the number that the server assigned. */
  add(room: number, seq: number): void {
    const held = this.rooms[room];
    if (held === undefined) throw new Error(`there is no room ${room}`);
    held.count += 1;
    held.sum += seq;
  }
}
