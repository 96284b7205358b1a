import { describe, expect, it } from 'vitest';
import { RoomOrder } from '../../bench/send/room-order.ts';

/** A room of three, and a function that hands a member the message number `seq` with the text `said`. */
function room() {
  const order = new RoomOrder(3, () => 5);
  const receive = (member: number, seq: number, said = `message ${seq}`) => {
    const bytes = Buffer.from(`before ${said} after`);
    return order.note(member, seq, bytes, 'before '.length, bytes.length - ' after'.length);
  };
  return { order, receive };
}

function receiveAll(receive: (member: number, seq: number) => unknown, ...seqs: readonly number[]): void {
  for (const seq of seqs) for (const member of [0, 1, 2]) receive(member, seq);
}

describe('the check of what the members of a room receive', () => {
  it('passes if all members receive the same in order, wherever they begin', () => {
    const { order, receive } = room();
    expect(order.silent).toBe(3);
    receiveAll(receive, 7, 8, 9);
    expect(receive(0, 10)).toEqual({ due: 5, early: false });
    receive(1, 10);
    receive(2, 10);
    expect(order.silent).toBe(0);
    expect(() => order.settle()).not.toThrow();
  });

  it('fails if a message comes twice', () => {
    const { receive } = room();
    receiveAll(receive, 1, 2);
    expect(() => receive(1, 2)).toThrow('twice');
  });

  it('fails if a message that overtook another comes again', () => {
    const { receive } = room();
    receiveAll(receive, 1);
    receive(0, 3);
    expect(() => receive(0, 3)).toThrow('twice');
  });

  it('fails if one member receives other bytes', () => {
    const { receive } = room();
    receiveAll(receive, 1);
    receive(0, 2);
    expect(() => receive(1, 2, 'message X')).toThrow('other bytes');
  });

  it('fails if one member lacks the last message or one in between', () => {
    const last = room();
    receiveAll(last.receive, 1, 2);
    last.receive(0, 3);
    expect(() => last.order.settle()).toThrow('not at the same message');
    const between = room();
    receiveAll(between.receive, 1);
    between.receive(2, 3);
    expect(() => between.order.settle()).toThrow('not at the same message');
  });

  it('counts only a message that overtook another as out of order', () => {
    const { order, receive } = room();
    receiveAll(receive, 1);
    expect([3, 2, 4].map((seq) => receive(0, seq).early)).toEqual([true, false, false]);
    for (const seq of [2, 3, 4]) for (const member of [1, 2]) receive(member, seq);
    expect(() => order.settle()).not.toThrow();
  });
});
