import { describe, expect, it } from 'vitest';
import type { Outcome } from './attempt.ts';
import { check } from './checker.ts';
import type { EntryFacts, Happening, HistoryRecord, Place, StateRecord } from './history.ts';

// A small history that keeps every promise. Each test breaks one.

const [ann, ben, room] = ['ann', 'ben', 'room'];
const boundMs = 1_000;

function joined(seq: number, member: string): EntryFacts {
  return { stream: room, seq, type: 'MemberJoined', loggedAt: time(seq), member };
}

function left(seq: number, member: string): EntryFacts {
  return { stream: room, seq, type: 'MemberLeft', loggedAt: time(seq), member };
}

function message(seq: number, sender: string): EntryFacts {
  return { stream: room, seq, type: 'MessageSent', loggedAt: time(seq), sender, key: `${sender}-${seq}`, text: `text ${seq}` };
}

function opened(seq: number, user: string, at: number): EntryFacts {
  return { stream: user, seq, type: 'ConversationOpened', loggedAt: time(seq), opened: { stream: room, seq: at } };
}

function closed(seq: number, user: string): EntryFacts {
  return { stream: user, seq, type: 'ConversationClosed', loggedAt: time(seq), closed: room };
}

function time(seq: number): string {
  return new Date(1_000 * seq).toISOString();
}

/** Ben is removed with entry 5 and comes back with entry 7. */
const log = [
  joined(1, ann),
  joined(2, ben),
  message(3, ann),
  message(4, ben),
  left(5, ben),
  message(6, ann),
  joined(7, ben),
  message(8, ann),
];
const accounts = { ann: [opened(1, ann, 0)], ben: [opened(1, ben, 0), closed(2, ben), opened(3, ben, 6)] };

type Step = Happening & { readonly at?: number };

function logOf(stream: string, kind: 'conversation' | 'account', entries: readonly EntryFacts[]): Step {
  return { what: 'log', stream, kind, lastSeq: entries.length, entries };
}

function send(key: string, outcome: Outcome, seq?: number, began = (seq ?? 0) * 10): Step {
  const [by = ''] = key.split('-');
  return { what: 'send', at: began + 5, by, stream: room, key, text: `text ${seq}`, began, node: 1, outcome, seq };
}

function at(device: string): { readonly device: string; readonly node: number } {
  return { device, node: 1 };
}

function told(device: string, entry: EntryFacts): Step {
  return { ...at(device), what: 'entry', entry };
}

function subscribe(device: string, ...after: readonly Place[]): Step {
  return { ...at(device), what: 'subscribe', after };
}

function ready(device: string, ...positions: readonly Place[]): Step {
  return { ...at(device), what: 'ready', positions };
}

function place(stream: string, seq: number): Place {
  return { stream, seq };
}

const rule = { roles: ['OWNER', 'MEMBER'], name: 'Called 1' } as const;

function ruled(kind: 'role' | 'mute' | 'name', to: string, began: number, outcome: Outcome = 'acknowledged'): Step {
  const user = kind === 'name' ? '' : ben;
  return { what: 'ruling', stream: room, user, kind, to, began, at: began + 1, node: 1, outcome };
}

function state(user: string, change: Partial<StateRecord> = {}): Step {
  const newest = [{ seq: 8, text: 'text 8' }];
  const facts = { what: 'state', node: 1, user, stream: room, lastSeq: 8, members: [ann, ben], newest, ...rule } as const;
  return { ...facts, ...(user === ann ? { readSeq: 8, unread: 0 } : { readSeq: 6, unread: 1 }), ...change };
}

const begun: readonly Step[] = [
  { what: 'device', device: 'ann/1', user: ann, holds: [place(ann, 1), place(room, 2)] },
  { what: 'device', device: 'ben/1', user: ben, holds: [place(ben, 1), place(room, 2)] },
  subscribe('ann/1', place(ann, 1), place(room, 2)),
  subscribe('ben/1', place(ben, 1), place(room, 2)),
  ready('ann/1', place(ann, 1), place(room, 2)),
  ready('ben/1', place(ben, 1), place(room, 2)),
];
// A fault that explains the send without an answer.
const killed: Step = { what: 'fault', kind: 'node killed', target: 'node 1', effect: '', began: 20, at: 40 };
const sends = [
  killed,
  send('ann-3', 'unknown', 3),
  send('ann-3', 'acknowledged', 3),
  send('ben-4', 'acknowledged', 4),
  send('ann-6', 'acknowledged', 6),
];
const annHears = log.slice(2).map((entry) => told('ann/1', entry));
const annReads: Step = { ...at('ann/1'), what: 'marker', stream: room, readSeq: 8, unread: 0 };
const benHears: readonly Step[] = [
  told('ben/1', message(3, ann)),
  told('ben/1', message(4, ben)),
  told('ben/1', closed(2, ben)),
  told('ben/1', opened(3, ben, 6)),
  told('ben/1', joined(7, ben)),
  told('ben/1', message(8, ann)),
];
const ending: readonly Step[] = [
  state(ann),
  state(ben),
  logOf(room, 'conversation', log),
  logOf(ann, 'account', accounts.ann),
  logOf(ben, 'account', accounts.ben),
];

interface Parts {
  readonly sends?: readonly Step[];
  readonly annHears?: readonly Step[];
  readonly benHears?: readonly Step[];
  readonly more?: readonly Step[];
  readonly ending?: readonly Step[];
}

/** The rules that a history breaks, each once. */
function broken(parts: Parts): readonly string[] {
  const all = { sends, annHears, benHears, more: [], ending, ...parts };
  const steps = [...begun, ...all.sends, ...all.annHears, annReads, ...all.benHears, ...all.more, ...all.ending];
  const records: readonly HistoryRecord[] = steps.map((step, n) => ({ ...step, at: step.at ?? 1_000 + n }));
  return [...new Set(check(records, boundMs).map(({ rule }) => rule))].toSorted();
}

function without<T>(all: readonly T[], place: number): readonly T[] {
  return all.filter((_, n) => n !== place);
}

function swapped<T>(all: readonly T[], place: number): readonly T[] {
  return all.with(place, all[place + 1] as T).with(place + 1, all[place] as T);
}

function withLog(entries: readonly EntryFacts[]): Parts {
  return { ending: ending.with(2, logOf(room, 'conversation', entries)) };
}

it('a history that keeps every promise breaks no rule', () => {
  expect(broken({})).toEqual([]);
});

describe('for the administration of a group, the checker', () => {
  it('reports a second owner, and no owner', () => {
    expect(broken({ ending: ending.with(0, state(ann, { roles: ['OWNER', 'OWNER'] })) })).toEqual(['ruled']);
    expect(broken({ ending: ending.with(1, state(ben, { roles: ['MEMBER', 'MEMBER'] })) })).toEqual(['ruled']);
  });

  it('reports a role or a name that differs from the last settled change', () => {
    expect(broken({ more: [ruled('role', 'ADMIN', 90), ruled('role', 'MEMBER', 92), ruled('name', 'Called 1', 94)] })).toEqual([]);
    expect(broken({ more: [ruled('role', 'ADMIN', 90)] })).toEqual(['ruled']);
    expect(broken({ more: [ruled('name', 'Called 2', 90)] })).toEqual(['ruled']);
  });

  it('accepts the value of the last acknowledged change if a later one has no answer, or was refused', () => {
    expect(broken({ more: [ruled('role', 'MEMBER', 90), ruled('role', 'ADMIN', 92, 'unknown')] })).toEqual([]);
    expect(broken({ more: [ruled('role', 'MEMBER', 90), ruled('role', 'ADMIN', 92, 'refused')] })).toEqual([]);
  });

  it('reports a message that was sent by a muted member', () => {
    expect(broken({ more: [ruled('mute', 'muted', 30), ruled('mute', 'heard', 60)] })).toEqual(['ruled']);
    expect(broken({ more: [ruled('mute', 'heard', 10, 'unknown'), ruled('mute', 'muted', 30), ruled('mute', 'heard', 60)] })).toEqual([]);
    expect(broken({ more: [ruled('mute', 'muted', 42), ruled('mute', 'heard', 60)] })).toEqual([]);
    expect(broken({ more: [ruled('mute', 'muted', 30, 'refused'), ruled('mute', 'heard', 60)] })).toEqual([]);
  });
});

/**
 * The rules that these records break, without any subscription. `startedAt` is 0, so ms since the run began are also the clock of the log.
 */
function brokenBy(...steps: readonly Step[]): readonly string[] {
  return [
    ...new Set(
      check(steps.map((step, n) => ({ ...step, at: step.at ?? 9_000 + n })) as readonly HistoryRecord[], boundMs).map(({ rule }) => rule),
    ),
  ];
}

describe('for invites, the checker', () => {
  const by = (entry: EntryFacts, actor: string): EntryFacts => ({ ...entry, change: { by: actor, fields: [] } });
  const [cat, dan] = ['cat', 'dan'];
  /** Ann created the group. Ben joined by himself with entry 2, left and joined again. Cat joined with entry 5. */
  const door = [by(joined(1, ann), ann), by(joined(2, ben), ben), left(3, ben), by(joined(4, ben), ben), by(joined(5, cat), cat)];
  const made: Step = { what: 'invitation', stream: room, invite: 'one', uses: 2, at: 100 };
  const another: Step = { ...made, invite: 'two', uses: 1, at: 110 };

  function visit(user: string, invite: string, seq: number, outcome: Outcome = 'acknowledged'): Step {
    const [began, at] = [seq * 1_000 - 20, seq * 1_000 + 20];
    return { what: 'visit', stream: room, user, kind: 'join', invite, began, at, node: 1, outcome };
  }

  function looked(one: number, two: number): Step {
    const uses = [
      { invite: 'one', left: one },
      { invite: 'two', left: two },
    ];
    return { what: 'look', owned: [], uses };
  }

  const visits = [visit(ben, 'one', 2), visit(ben, 'one', 4), visit(cat, 'two', 5)];
  // Used-up invites appear in one look only, whichever it is.
  const looks: readonly Step[] = [{ ...looked(1, 1), at: 3_000 }, looked(0, 0), { what: 'look', owned: [], uses: [] }];
  const tried = (...more: readonly Step[]): readonly string[] =>
    brokenBy(made, another, ...visits, ...more, ...looks, logOf(room, 'conversation', door));

  it('accepts a history with as many joins as uses, and a refusal of the join that came too late', () => {
    expect(tried(visit(dan, 'two', 6, 'refused'))).toEqual([]);
  });

  it('reports a negative number of uses left, and one that rises', () => {
    expect(brokenBy(made, { ...looked(0, 0), at: 1 }, looked(-1, 0))).toEqual(['invited']);
    expect(brokenBy(made, { ...looked(1, 0), at: 1 }, looked(2, 0))).toEqual(['invited']);
    expect(brokenBy(made, looked(3, 0))).toEqual(['invited']);
    expect(brokenBy({ ...looked(2, 0), at: 1 }, looked(1, 0))).toEqual([]);
  });

  it('reports a number of joins that differs from the number of uses taken', () => {
    expect(brokenBy(made, another, ...visits, looked(1, 0), logOf(room, 'conversation', door))).toEqual(['invited']);
    expect(brokenBy(made, another, ...visits, ...looks, logOf(room, 'conversation', door.slice(0, 4)))).toContain('invited');
  });

  it('reports more joins by an invite than it has uses, even if another invite was used less', () => {
    const three = [visit(ben, 'two', 2), visit(ben, 'one', 4), visit(cat, 'two', 5)];
    expect(brokenBy(made, another, ...three, ...looks, logOf(room, 'conversation', door))).toEqual(['invited']);
    // If an answer is missing, the user may have been a member already, and taken no use.
    const asked = [{ ...visit(cat, 'two', 4, 'unknown'), at: 4_500 }, ...three];
    expect(brokenBy(made, another, ...asked, ...looks, logOf(room, 'conversation', door))).toEqual([]);
  });

  it('reports an acknowledged join of a user who was not a member then', () => {
    expect(tried(visit(dan, 'one', 6))).toContain('invited');
    expect(brokenBy(visit(ben, 'one', 3.5), logOf(room, 'conversation', door))).toEqual(['invited']);
    expect(brokenBy(visit(ben, 'one', 2.5), logOf(room, 'conversation', door))).toEqual([]);
  });

  it('reports a second join of a member, and a leaving of a user who is no member', () => {
    expect(brokenBy(logOf(room, 'conversation', [...door, joined(6, cat)]))).toEqual(['invited']);
    expect(brokenBy(logOf(room, 'conversation', [...door, left(6, dan)]))).toEqual(['invited']);
  });
});

describe('for ownership, the checker', () => {
  const cat = 'cat';

  /** Three entries from `seq` on: the heir, the group, and the previous owner. */
  function succession(seq: number, from: string, to: string): readonly EntryFacts[] {
    const changed = (place: number, member: string): EntryFacts => ({
      ...{ stream: room, seq: seq + place, type: 'MemberChanged', loggedAt: time(seq + place), member },
      change: { by: from, fields: ['role'] },
    });
    const group = { stream: room, seq: seq + 1, type: 'GroupChanged', loggedAt: time(seq + 1), change: { by: from, fields: ['ownerId'] } };
    return [changed(0, to), group, changed(2, from)];
  }

  function transfer(from: string, to: string, began: number, outcome: Outcome = 'acknowledged'): Step {
    return { what: 'transfer', stream: room, by: from, to, began, at: began + 1, node: 1, outcome };
  }

  const members = [ann, ben, cat];
  const start = members.map((member, n) => ({ ...joined(n + 1, member), change: { by: ann, fields: [] } }));
  const given = [...start, ...succession(4, ann, ben), ...succession(7, ben, cat)];
  const acts = [transfer(ann, ben, 10), transfer(ben, cat, 20)];
  const stands = (owner: string): Step =>
    state(ann, { members, roles: members.map((member) => (member === owner ? 'OWNER' : 'ADMIN')), lastSeq: given.length });
  const looked = (owners: readonly string[], named: string): Step => ({ what: 'look', owned: [{ stream: room, owners, named }], uses: [] });
  const log = (entries: readonly EntryFacts[]): Step => logOf(room, 'conversation', entries);

  it('accepts a history in which each owner transfers the ownership to the next', () => {
    expect(brokenBy(looked([ann], ann), ...acts, looked([cat], cat), stands(cat), log(given))).toEqual([]);
  });

  it('reports two owners, no owner, or an owner other than the one in the group’s row, at any moment', () => {
    expect(brokenBy(looked([ann, ben], ann))).toEqual(['owned']);
    expect(brokenBy(looked([], ann))).toEqual(['owned']);
    expect(brokenBy(looked([ben], ann))).toEqual(['owned']);
  });

  it('reports a transfer by a user who was not the owner', () => {
    expect(brokenBy(log([...start, ...succession(4, ann, ben), ...succession(7, ann, cat)]))).toEqual(['owned']);
    expect(brokenBy(log([...start, ...succession(4, ben, cat)]))).toEqual(['owned']);
  });

  it('reports an acknowledged transfer that is not in the log, also if it is one of two concurrent ones', () => {
    expect(brokenBy(...acts, log(given.slice(0, 6)))).toEqual(['owned']);
    expect(brokenBy(transfer(ann, ben, 10), transfer(ann, cat, 10), log(given.slice(0, 6)))).toEqual(['owned']);
    expect(brokenBy(transfer(ann, ben, 10), transfer(ann, cat, 10, 'refused'), log(given.slice(0, 6)))).toEqual([]);
  });

  it('reports an owner at the end other than the heir of the last transfer', () => {
    expect(brokenBy(...acts, stands(ben), log(given))).toEqual(['owned']);
    expect(brokenBy(...acts, stands(ben))).toEqual(['owned']);
    expect(brokenBy(stands(ben), log(given))).toEqual(['owned']);
    // A transfer without an answer may have been stored.
    expect(brokenBy(...acts, transfer(cat, ben, 30, 'unknown'), stands(ben))).toEqual(['owned']);
    expect(brokenBy(...acts, transfer(cat, ben, 30, 'unknown'), stands(ben), log([...given, ...succession(10, cat, ben)]))).toEqual([]);
  });

  it('reports a refusal of the owner, unless they transferred the ownership concurrently or an answer is missing', () => {
    const refused = transfer(cat, ann, 30, 'refused');
    expect(brokenBy(...acts, refused, log(given))).toEqual(['owned']);
    expect(brokenBy(...acts, transfer(cat, ann, 30, 'unknown'), { ...refused, began: 40, at: 41 } as Step, log(given))).toEqual([]);
    expect(brokenBy(...acts, transfer(ann, cat, 30, 'refused'), log(given))).toEqual([]);
    const both = [transfer(cat, ben, 30), refused];
    expect(brokenBy(...acts, ...both, log([...given, ...succession(10, cat, ben)]))).toEqual([]);
  });
});

describe('for scheduled messages, the checker', () => {
  function later(kind: 'left' | 'cancelled', outcome: Outcome = 'acknowledged'): Step {
    return { what: 'later', kind, by: ann, stream: room, key: 'ann-2', began: 1, node: 1, outcome };
  }

  const [isSaid, isNot] = [logOf(room, 'conversation', [joined(1, ann), message(2, ann)]), logOf(room, 'conversation', [joined(1, ann)])];
  const seen = (...steps: readonly Step[]): boolean => brokenBy(...steps).includes('later');

  it('accepts a message that was sent, cancelled, or may have been either', () => {
    expect(seen(later('left'), isSaid)).toBe(false);
    expect(seen(later('left', 'unknown'), later('left', 'refused'), isSaid)).toBe(false);
    expect(seen(later('left'), later('cancelled', 'refused'), isSaid)).toBe(false);
    expect(seen(later('left'), later('cancelled'), isNot)).toBe(false);
    expect(seen(later('left'), later('cancelled', 'unknown'), later('cancelled', 'refused'), isNot)).toBe(false);
    expect(seen(later('left', 'refused'), isNot)).toBe(false);
  });

  it('reports a scheduled message that is not sent', () => {
    expect(seen(later('left'), isNot)).toBe(true);
    expect(seen(later('left'), later('cancelled', 'refused'), isNot)).toBe(true);
  });

  it('reports a scheduled message that is sent although it was cancelled, or refused', () => {
    expect(seen(later('left'), later('cancelled'), isSaid)).toBe(true);
    expect(seen(later('left', 'refused'), isSaid)).toBe(true);
  });
});

describe('for blocks, the checker', () => {
  const direct = 'direct';

  function blocking(blocked: boolean, began: number, outcome: Outcome = 'acknowledged'): Step {
    return { what: 'blocking', stream: direct, by: ann, user: ben, blocked, began, at: began + 1, node: 1, outcome };
  }

  function said(by: string, began: number, outcome: Outcome = 'acknowledged', code?: string): Step {
    return { what: 'send', stream: direct, by, key: `${by}-${began}`, text: '', began, at: began + 1, node: 1, outcome, code, seq: 1 };
  }

  const heard = (device: string, key: string, at: number): Step => ({
    ...{ device, node: 1, what: 'entry', at },
    entry: { stream: direct, seq: 1, type: 'MessageSent', loggedAt: time(1), sender: key.split('-')[0], key, text: '' },
  });
  // These records have no logs. Violations of the log rules do not matter here.
  const seen = (...steps: readonly Step[]): boolean => brokenBy(...steps).includes('blocked');
  const [block, unblock] = [blocking(true, 20), blocking(false, 60)];

  it('accepts sends that began before the block, or were acknowledged after the unblock began', () => {
    expect(seen(said(ann, 10), block, unblock, said(ben, 70))).toBe(false);
    expect(seen(block, { ...said(ben, 20), at: 30 } as Step, unblock, { ...said(ann, 50), at: 61 } as Step)).toBe(false);
    expect(seen(block, said(ann, 40, 'refused', 'BLOCKED'), said(ben, 40, 'refused', 'NOT_CONTACTS'), unblock)).toBe(false);
  });

  it('reports a message that either user sends during the block', () => {
    expect(seen(block, said(ann, 40), unblock)).toBe(true);
    expect(seen(block, said(ben, 40), unblock)).toBe(true);
    expect(seen(block, said(ben, 40))).toBe(true);
    expect(seen(blocking(true, 20, 'refused'), said(ben, 40))).toBe(false);
    expect(seen(blocking(true, 20, 'unknown'), said(ben, 40))).toBe(false);
  });

  it('reports a message that was sent and is delivered to anybody during the block', () => {
    const tried = said(ben, 40, 'unknown');
    expect(seen(block, tried, heard('ann/1', 'ben-40', 50), unblock)).toBe(true);
    expect(seen(block, tried, heard('ben/2', 'ben-40', 50), unblock)).toBe(true);
    expect(seen(block, tried, unblock, heard('ann/1', 'ben-40', 70))).toBe(false);
    expect(seen(said(ben, 10), block, heard('ann/1', 'ben-10', 50), unblock)).toBe(false);
  });

  it('reports nothing for a message during the block if an earlier unblock has no answer', () => {
    expect(seen(blocking(false, 10, 'unknown'), block, said(ben, 40), unblock)).toBe(false);
  });

  it('reports a refusal without a block, or after its end', () => {
    expect(seen(said(ben, 10, 'refused', 'NOT_CONTACTS'), block, unblock)).toBe(true);
    expect(seen(block, unblock, said(ann, 70, 'refused', 'BLOCKED'))).toBe(true);
    expect(seen(block, blocking(false, 60, 'unknown'), said(ann, 70, 'refused', 'BLOCKED'))).toBe(false);
    expect(seen(blocking(true, 20, 'unknown'), unblock, said(ann, 70, 'refused', 'BLOCKED'))).toBe(false);
  });

  it('reports a missing message from before the block', () => {
    const greeting: EntryFacts = { stream: direct, seq: 1, type: 'MessageSent', loggedAt: time(1), sender: ann, key: 'ann-10', text: '' };
    const device: Step = { what: 'device', device: 'ben/1', user: ben, holds: [place(direct, 0)] };
    const log = { ...logOf(direct, 'conversation', [greeting]), between: [ann, ben] } as Step;
    const came: Step = { device: 'ben/1', node: 1, what: 'entry', entry: greeting, at: 15 };
    expect(brokenBy(device, said(ann, 10), came, block, log)).toEqual([]);
    expect(brokenBy(device, said(ann, 10), block, log)).toEqual(['missing']);
    expect(brokenBy(device, block, { ...log, entries: [] } as Step, said(ann, 10))).toContain('lost');
  });

  it('reports a message of a third user in the direct conversation', () => {
    const strange: EntryFacts = { stream: direct, seq: 1, type: 'MessageSent', loggedAt: time(1), sender: 'cat', key: 'cat-1', text: '' };
    expect(brokenBy({ ...logOf(direct, 'conversation', [strange]), between: [ann, ben] } as Step)).toEqual(['intruder']);
  });
});

describe('in the log, the checker', () => {
  it('reports a missing seq', () => {
    expect(broken(withLog(without(log, 5)))).toContain('hole');
  });

  it('reports a seq that occurs twice', () => {
    expect(broken(withLog([...log.slice(0, 4), message(4, ben), ...log.slice(4)]))).toContain('hole');
  });

  it('reports a time that goes back', () => {
    const late = { ...message(6, ann), loggedAt: time(1) };
    const parts = withLog(log.with(5, late));
    expect(broken({ ...parts, annHears: annHears.with(3, told('ann/1', late)) })).toEqual(['clock']);
  });

  it('reports an acknowledged message that is missing, has another seq, or has another text', () => {
    expect(broken({ sends: [...sends, send('ann-9', 'acknowledged', 9)] })).toEqual(['lost']);
    expect(broken({ sends: sends.with(4, { ...send('ann-6', 'acknowledged', 8) }) })).toContain('lost');
    expect(broken({ sends: sends.with(4, { ...send('ann-6', 'acknowledged', 6), text: 'another' } as Step) })).toEqual(['lost']);
  });

  it('reports two answers for one clientMessageId', () => {
    expect(broken({ sends: [...sends, send('ann-3', 'acknowledged', 6)] })).toEqual(['lost']);
  });

  it('reports a refused message that is in the log', () => {
    expect(broken({ sends: sends.with(4, send('ann-6', 'refused')) })).toEqual(['left']);
  });

  it('reports one clientMessageId with two messages', () => {
    const again = { ...message(8, ann), key: 'ann-6' };
    expect(broken({ ...withLog(log.with(7, again)), annHears: annHears.with(5, told('ann/1', again)) })).toContain('twice');
  });

  it('reports a message that was sent after another was acknowledged, and has a lower seq', () => {
    expect(broken({ sends: [send('ann-6', 'acknowledged', 6, 10), send('ben-4', 'acknowledged', 4, 90)] })).toEqual(['realTime']);
  });

  it('reports a send without an answer if no fault, or only a fault of Redis, happened', () => {
    const redis: Step = { ...killed, kind: 'Redis killed', target: 'redis' };
    expect(broken({ sends: sends.with(0, redis) })).toEqual(['available']);
    expect(broken({ sends: without(sends, 0) })).toEqual(['available']);
  });

  it('reports a message of a user who is not a member', () => {
    const intruding = { ...message(6, ben), key: 'ann-6' };
    expect(broken({ ...withLog(log.with(5, intruding)), annHears: annHears.with(3, told('ann/1', intruding)) })).toContain('intruder');
  });

  it('accepts a send with an unknown outcome, whether it is in the log or not', () => {
    expect(broken({ sends: [...sends, send('ann-8', 'unknown', 8), send('ann-99', 'unknown', 99)] })).toEqual([]);
  });
});

describe('on a device, the checker', () => {
  it('reports a missing entry', () => {
    for (const place of [0, 1, 3]) expect(broken({ annHears: without(annHears, place) })).toContain('gap');
  });

  it('reports a missing entry at the end', () => {
    expect(broken({ annHears: without(annHears, 5) })).toContain('missing');
  });

  it('reports an entry that arrives twice', () => {
    expect(broken({ annHears: [...annHears.slice(0, 2), ...annHears.slice(1)] })).toContain('gap');
  });

  it('reports entries that are swapped', () => {
    expect(broken({ annHears: swapped(annHears, 3) })).toContain('gap');
  });

  it('reports a text that differs from the log', () => {
    expect(broken({ annHears: annHears.with(0, told('ann/1', { ...message(3, ann), text: 'else' })) })).toContain('content');
  });

  it('reports a missing entry of the account', () => {
    expect(broken({ benHears: without(benHears, 2) })).toContain('gap');
  });

  it('reports the entry of the user’s own removal, and an entry after it', () => {
    expect(broken({ benHears: benHears.toSpliced(2, 0, told('ben/1', left(5, ben))) })).toContain('removed');
    expect(broken({ benHears: benHears.toSpliced(2, 0, told('ben/1', left(5, ben)), told('ben/1', message(6, ann))) })).toContain(
      'removed',
    );
  });

  it('reports a new stay that starts before the previous one was delivered to its end', () => {
    expect(broken({ benHears: without(benHears, 1) })).toContain('gap');
  });

  it('accepts an incomplete previous stay if it ended more than a second ago', () => {
    const late = benHears.map((step) => ({ ...step, at: 7_000 }));
    expect(broken({ benHears: without(late, 1) })).toEqual([]);
  });

  it('reports a stay that the account stream did not announce', () => {
    expect(broken({ benHears: without(benHears, 3) })).toContain('gap');
  });

  it('accepts the end of a stay after the beginning of the next, because streams are not ordered among each other', () => {
    const [three, four, ended, begins, ...rest] = benHears;
    expect(broken({ benHears: [three, ended, begins, four, ...rest] as readonly Step[] })).toEqual([]);
  });

  it('reports a receipt well after a removal, unless there was a fault in between', () => {
    const removal: Step = { what: 'removal', stream: room, user: ben, began: 1_990, at: 2_000, node: 1, outcome: 'acknowledged' };
    const receipt = (ms: number): Step => ({ ...at('ben/1'), what: 'peer-marker', stream: room, at: ms });
    const fault: Step = { what: 'fault', kind: 'any', target: '', effect: '', began: 2_100, at: 2_200 };
    expect(broken({ more: [removal, receipt(2_000 + boundMs)] })).toEqual(['removed']);
    expect(broken({ more: [removal, receipt(1_999 + boundMs)] })).toEqual([]);
    expect(broken({ more: [removal, fault, receipt(2_000 + boundMs)] })).toEqual([]);
  });

  it('reports messages outside the protocol, and a close code that forbids reconnecting', () => {
    expect(broken({ more: [{ ...at('ann/1'), what: 'odd', detail: 'INTERNAL' }] })).toEqual(['odd']);
    expect(broken({ more: [{ ...at('ann/1'), what: 'close', code: 4500, reason: '' }] })).toEqual(['odd']);
    expect(broken({ more: [{ ...at('ann/1'), what: 'close', code: 1012, reason: '' }] })).toEqual([]);
  });
});

describe('for a device that reconnects, the checker', () => {
  const [account, here] = [place(ann, 1), place(room, 5)];
  const cut: Step = { ...at('ann/1'), what: 'close', code: 1006, reason: '' };
  const back = (...steps: readonly Step[]): Parts => ({ annHears: [...annHears.slice(0, 3), cut, ...steps] });
  const rest = annHears.slice(3);

  it('accepts a replay of what it missed', () => {
    expect(broken(back(subscribe('ann/1', account, here), ...rest, ready('ann/1', account, place(room, 8))))).toEqual([]);
  });

  it('reports an entry that is lost in the disconnection', () => {
    expect(broken(back(subscribe('ann/1', account, here), ...rest.slice(1), ready('ann/1', account, place(room, 8))))).toContain('gap');
  });

  it('reports an entry from before the disconnection that arrives again', () => {
    expect(broken(back(subscribe('ann/1', account, here), ...annHears.slice(2)))).toContain('gap');
  });

  it('reports a StreamReady that names another position, or leaves a stream out', () => {
    expect(broken(back(subscribe('ann/1', account, here), ready('ann/1', account, place(room, 8)), ...rest))).toContain('ready');
    expect(broken(back(subscribe('ann/1', account, here), ready('ann/1', account), ...rest))).toContain('ready');
  });

  it('reports a device that resumes from a wrong position', () => {
    expect(broken(back(subscribe('ann/1', account, place(room, 8))))).toContain('client');
  });

  it('reports a ResyncRequired although everything is available', () => {
    const resync: Step = { ...at('ann/1'), what: 'resync', stream: room, lastSeq: 8, reason: 'GAP_TOO_LARGE' };
    expect(broken(back(subscribe('ann/1', account, here), resync, ready('ann/1', account, place(room, 8))))).toContain('resync');
  });

  it('accepts a ResyncRequired after a removal', () => {
    const [three, four] = benHears;
    const resync: Step = { ...at('ben/1'), what: 'resync', stream: room, lastSeq: 6, reason: 'REJOINED' };
    const resumed = [subscribe('ben/1', place(ben, 1), place(room, 4)), told('ben/1', closed(2, ben)), told('ben/1', opened(3, ben, 6))];
    const after = [resync, told('ben/1', joined(7, ben)), told('ben/1', message(8, ann)), ready('ben/1', place(ben, 3), place(room, 8))];
    expect(broken({ benHears: [three, four, ...resumed, ...after] as readonly Step[] })).toEqual([]);
  });
});

describe('for changes of messages, the checker', () => {
  const edited: EntryFacts = { stream: room, seq: 9, type: 'MessageEdited', loggedAt: time(9), target: 8, actor: ann };
  const liked: EntryFacts = {
    ...{ stream: room, seq: 10, type: 'ReactionsChanged', loggedAt: time(10) },
    ...{ target: 8, actor: ben, emoji: '👍', added: true },
  };
  const pinned: EntryFacts = { stream: room, seq: 11, type: 'PinChanged', loggedAt: time(11), target: 8, pinned: true };
  const early: EntryFacts = {
    stream: room,
    seq: 12,
    type: 'ReactionsChanged',
    loggedAt: time(12),
    target: 6,
    actor: ann,
    emoji: '🎉',
    added: true,
  };
  const better = 'text 8, better';
  const longer = [...log.with(7, { ...message(8, ann), text: better }), edited, liked, pinned, early];
  const change = {
    what: 'edit',
    by: ann,
    stream: room,
    seq: 8,
    text: better,
    began: 90,
    at: 95,
    node: 1,
    outcome: 'acknowledged',
  } as const;
  const reaction = { ...change, what: 'reaction', by: ben, emoji: '👍', added: true } as const;
  const pin = { ...change, what: 'pin', pinned: true } as const;
  const tries: readonly Step[] = [...sends, send('ann-8', 'acknowledged', 8), change, reaction, pin];
  const newest = [{ seq: 8, text: better, reactions: '👍1', pinned: true }];
  const rest: readonly Step[] = [
    state(ann, { lastSeq: 12, newest }),
    state(ben, { lastSeq: 12, newest }),
    logOf(room, 'conversation', longer),
    ...ending.slice(3),
  ];
  const to = (device: string) => [told(device, { ...edited, text: better }), told(device, liked), told(device, pinned)];
  const hidden = told('ben/1', { stream: room, seq: 12, type: 'EntryHidden', loggedAt: time(12) });

  interface Otherwise {
    readonly ann?: readonly Step[];
    readonly ben?: Step;
    readonly ending?: readonly Step[];
    readonly sends?: readonly Step[];
  }

  function brokenBy({
    ann: annTold = to('ann/1'),
    ben: last = hidden,
    ending: end = rest,
    sends: tried = tries,
  }: Otherwise): readonly string[] {
    return broken({
      sends: tried,
      annHears: [...annHears, ...annTold, told('ann/1', early)],
      benHears: [...benHears, ...to('ben/1'), last],
      ending: end,
    });
  }

  it('accepts events that match the log, and EntryHidden for a message from before the stay', () => {
    expect(brokenBy({})).toEqual([]);
  });

  it('reports a text that goes back to an earlier one', () => {
    const [, like, pin] = to('ann/1');
    const back = [told('ann/1', { ...edited, text: 'text 8' }), like, pin] as readonly Step[];
    expect(brokenBy({ ann: back })).toEqual(['state']);
    const annTold = [...to('ann/1')].with(0, told('ann/1', { ...edited, text: 'never said' }));
    expect(brokenBy({ ann: annTold })).toEqual(['content', 'state']);
  });

  it('reports a reaction of another user, and another count of reactions', () => {
    expect(brokenBy({ ann: to('ann/1').with(1, told('ann/1', { ...liked, actor: ann })) })).toEqual(['content']);
    expect(
      brokenBy({ ending: rest.with(0, state(ann, { lastSeq: 12, newest: [{ ...newest[0], seq: 8, text: better, reactions: '👍2' }] })) }),
    ).toEqual(['state']);
  });

  it('reports a pin that the message does not show', () => {
    expect(
      brokenBy({ ending: rest.with(0, state(ann, { lastSeq: 12, newest: [{ seq: 8, text: better, reactions: '👍1', pinned: false }] })) }),
    ).toEqual(['state']);
  });

  it('reports a change of a message from before the stay', () => {
    expect(brokenBy({ ben: told('ben/1', early) })).toContain('content');
  });

  it('reports an acknowledged edit, reaction or pin that does not stand', () => {
    const lost = (act: Step) => brokenBy({ sends: [...tries, act] });
    expect(lost({ ...change, text: 'text 8, best', began: 96, at: 97 })).toEqual(['changed']);
    expect(lost({ ...reaction, added: false, began: 96, at: 97 })).toEqual(['changed']);
    expect(lost({ ...pin, pinned: false, began: 96, at: 97 })).toEqual(['changed']);
  });
});

describe('in the final state, the checker', () => {
  it('reports other members', () => {
    expect(broken({ ending: ending.with(0, state(ann, { members: [ann] })) })).toEqual(['state']);
  });

  it('reports another message', () => {
    expect(broken({ ending: ending.with(0, state(ann, { newest: [{ seq: 8, text: 'else' }] })) })).toEqual(['state']);
  });

  it('reports another unread count', () => {
    expect(broken({ ending: ending.with(1, state(ben, { unread: 2 })) })).toEqual(['state']);
  });

  it('reports a read marker that a device was not told of', () => {
    const moved = { readSeq: 8, unread: 0 };
    expect(broken({ ending: ending.with(1, state(ben, moved)) })).toEqual(['markers', 'state']);
  });

  it('reports a device that was late, and a node that ended by itself', () => {
    expect(broken({ more: [{ what: 'late', detail: 'ann/1' }] })).toEqual(['late']);
    expect(broken({ more: [{ what: 'node', node: 1, detail: 'ended by itself with 1' }] })).toEqual(['node']);
  });
});
