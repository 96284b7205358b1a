import { describe, expect, it } from 'vitest';
import { check } from './checker.ts';
import type { FaultKind, Happening, HistoryRecord, LeaseRecord, ToldRecord } from './history.ts';
import { leaseSaid } from './lease-log.ts';
import { graceMs, leaseMs, rightWithinMs } from './times.ts';

// A small history that keeps every promise. Each test breaks one. Ann has a device, and two users watch her, one on each node.

type Step = Happening & { readonly at: number };

const gone = '2026-01-02T03:04:05.006Z';

function open(at: number, connection: number, node: number, device = 'ann/1'): Step {
  return { at, what: 'open', device, connection, node, began: at - 20 };
}

function leave(at: number, connection: number, device = 'ann/1'): Step {
  return { at, what: 'leave', device, connection };
}

function close(at: number, connection: number, node: number, code: number, device = 'ann/1'): Step {
  return { at, what: 'close', device, connection, node, code, reason: '' };
}

function choice(at: number, status: 'ONLINE' | 'BUSY' | 'INVISIBLE', text = ''): Step {
  return { at, what: 'choice', user: 'ann', began: at - 50, node: 1, status, text, outcome: 'acknowledged' };
}

function watch(at: number, subscription: number, node: number): Step {
  return { at, what: 'watch', subscription, watcher: `watcher-${node}`, node };
}

function told(at: number, subscription: number, status: ToldRecord['status'], text = '', more: Partial<ToldRecord> = {}): Step {
  return { at, what: 'told', subscription, user: 'ann', status, text, devices: status === 'OFFLINE' ? 0 : 1, lastSeenAt: null, ...more };
}

function fault(kind: FaultKind, node: number | null, began: number, at: number): Step {
  return { at, what: 'fault', kind, node, began };
}

function lease(at: number, kind: LeaseRecord['kind'], node: number, holder: number, name = `of-${holder}:1`): Step {
  return { at, what: 'lease', kind, node, lease: name, holder };
}

function rest(at: number, ...here: readonly string[]): Step {
  return { at, what: 'rest', began: at - rightWithinMs, here };
}

const firstRest = 20_000;
const lastRest = 50_000;
/** Long after Redis came back empty. */
const leftAt = 38_000;
const goneAt = leftAt + 100 + graceMs;
/** When node 1 is paused, and when it resumes. */
const [pausedAt, resumedAt] = [21_000, 21_000 + 1.4 * leaseMs];
const takenAt = pausedAt + leaseMs;

const kept: readonly Step[] = [
  { at: 0, what: 'device', device: 'ann/1', user: 'ann' },
  ...[watch(10, 1, 1), watch(10, 2, 2), told(20, 1, 'OFFLINE'), told(20, 2, 'OFFLINE')],
  ...[open(1_000, 1, 1), told(1_050, 1, 'ONLINE'), told(1_050, 2, 'ONLINE')],
  // Reconnects on the other node within the grace period.
  ...[leave(3_000, 1), close(3_002, 1, 1, 1_000), open(3_000 + graceMs / 2, 2, 2)],
  ...[choice(5_000, 'BUSY', 'x'), told(5_050, 1, 'BUSY', 'x'), told(5_050, 2, 'BUSY', 'x')],
  // Node 2 is killed. Its device moves to node 1, and its watcher reconnects once it is back.
  ...[fault('node killed', 2, 7_000, 11_000), close(7_010, 2, 2, 1_006), open(7_200, 3, 1)],
  ...[lease(7_000 + leaseMs, 'claimed', 1, 2), lease(7_050 + leaseMs + graceMs, 'finished', 1, 2)],
  ...[watch(11_100, 3, 2), told(11_150, 3, 'BUSY', 'x')],
  rest(firstRest, 'ann/1'),
  // Node 1 is paused for longer than its lease, and sends its clients away when it resumes.
  ...[fault('node paused', 1, pausedAt, resumedAt), lease(takenAt, 'claimed', 2, 1), lease(resumedAt + 50, 'fenced', 1, 1)],
  ...[close(resumedAt + 60, 3, 1, 4_512), open(resumedAt + 120, 4, 2), lease(takenAt + graceMs + 50, 'finished', 2, 1)],
  ...[watch(resumedAt + 300, 4, 1), told(resumedAt + 350, 4, 'BUSY', 'x')],
  rest(26_500, 'ann/1'),
  ...[choice(27_000, 'INVISIBLE'), told(27_050, 3, 'OFFLINE'), told(27_050, 4, 'OFFLINE')],
  ...[choice(29_000, 'ONLINE'), told(29_050, 3, 'ONLINE'), told(29_050, 4, 'ONLINE')],
  fault('Redis emptied', null, 31_000, 31_200),
  ...[leave(leftAt, 4), close(leftAt + 2, 4, 2, 1_000)],
  ...[told(goneAt, 3, 'OFFLINE', '', { lastSeenAt: gone }), told(goneAt, 4, 'OFFLINE', '', { lastSeenAt: gone })],
  rest(lastRest),
];

interface Change {
  /** Selects the steps to leave out. */
  readonly without?: (step: Step) => boolean;
  readonly more?: readonly Step[];
}

/** Returns the rules that the changed history breaks, each once. */
function broken({ without = () => false, more = [] }: Change = {}): readonly string[] {
  const records: readonly HistoryRecord[] = [...kept.filter((step) => !without(step)), ...more].toSorted((a, b) => a.at - b.at);
  return [...new Set(check(records).map(({ rule }) => rule))].toSorted();
}

function isTold(step: Step, at: number, subscription?: number): boolean {
  return step.what === 'told' && step.at === at && (subscription === undefined || step.subscription === subscription);
}

it('a history that keeps every promise breaks no rule', () => {
  expect(broken()).toEqual([]);
});

describe('the checker reports a wrong presence', () => {
  it('of one watcher on one node', () => {
    expect(broken({ without: (step) => isTold(step, goneAt, 3) })).toEqual(['right']);
  });

  it('of a subscription that receives nothing about a user', () => {
    expect(broken({ without: (step) => isTold(step, 11_150, 3) })).toEqual(['right']);
  });

  it('in the chosen status', () => {
    expect(broken({ without: (step) => isTold(step, 5_050, 1) })).toEqual(['right']);
  });

  it('in the number of devices', () => {
    const second: Step = { at: 0, what: 'device', device: 'ann/2', user: 'ann' };
    expect(broken({ more: [second, open(12_000, 10, 1, 'ann/2'), leave(firstRest + 500, 10, 'ann/2')] })).toEqual(['right']);
  });

  it('of an invisible user', () => {
    const back = (step: Step) => isTold(step, 29_050) || (step.what === 'choice' && step.at === 29_000);
    const going = (step: Step) => isTold(step, goneAt);
    const others = [told(goneAt, 3, 'ONLINE'), told(goneAt, 4, 'ONLINE')];
    expect(broken({ without: (step) => back(step) || going(step) })).toEqual([]);
    expect(broken({ without: (step) => back(step) || going(step), more: others })).toEqual(['privacy', 'right']);
  });
});

describe('the checker reports a wrong OFFLINE', () => {
  it('of a user who was back within the grace period', () => {
    const at = 3_050 + graceMs;
    expect(broken({ more: [told(at, 1, 'OFFLINE'), told(at + 50, 1, 'ONLINE')] })).toEqual(['flicker']);
  });

  it('before the end of the grace period', () => {
    const early = (step: Step) => isTold(step, goneAt, 3);
    expect(broken({ without: early, more: [told(goneAt - 200, 3, 'OFFLINE', '', { lastSeenAt: gone })] })).toEqual(['flicker']);
  });

  it('of a user whose node was killed, and who reconnected elsewhere at once', () => {
    const at = 7_050 + leaseMs + graceMs;
    expect(broken({ more: [told(at, 1, 'OFFLINE', 'x'), told(at + 50, 1, 'BUSY', 'x')] })).toEqual(['flicker']);
  });

  it('of a user whose node was paused for less than its lease', () => {
    const short = fault('node paused', 1, 12_000, 12_000 + leaseMs / 2);
    expect(broken({ more: [short] })).toEqual([]);
    const at = 12_000 + leaseMs / 2;
    expect(broken({ more: [short, told(at, 3, 'OFFLINE', 'x'), told(at + 50, 3, 'BUSY', 'x')] })).toEqual(['flicker']);
  });

  it('of a user whose node was taken over, and who was back within the grace period after that', () => {
    expect(broken({ more: [told(resumedAt + 80, 3, 'OFFLINE', 'x'), told(resumedAt + 150, 3, 'BUSY', 'x')] })).toEqual(['flicker']);
  });

  it('long after the user was back', () => {
    const late = [leave(14_000, 3), open(14_200 + graceMs, 5, 1), leave(resumedAt + 10, 5)];
    const at = 14_200 + graceMs;
    expect(broken({ more: [...late, told(at, 1, 'OFFLINE', 'x'), told(at + 300, 1, 'BUSY', 'x')] })).toEqual([]);
    expect(broken({ more: [...late, told(at + 2_000, 1, 'OFFLINE', 'x'), told(at + 2_100, 1, 'BUSY', 'x')] })).toEqual(['flicker']);
  });

  it('caused by a Redis that came back empty', () => {
    expect(broken({ more: [told(31_300, 3, 'OFFLINE'), told(31_900, 3, 'ONLINE')] })).toEqual(['empty']);
  });

  it('except while a node was cut off from a Redis that came back empty, and could not restore its connections', () => {
    const cutOff = fault('Redis out of reach', 2, 30_500, 31_200 + 2 * leaseMs);
    const at = 31_300 + leaseMs;
    const more = [told(at, 3, 'OFFLINE'), told(at, 4, 'OFFLINE'), told(at + leaseMs, 3, 'ONLINE'), told(at + leaseMs, 4, 'ONLINE')];
    expect(broken({ more })).toEqual(['empty']);
    expect(broken({ more: [...more, cutOff] })).toEqual([]);
  });

  it('too soon after the user came online', () => {
    const hasty = [leave(1_100, 1), open(1_150 + graceMs, 9, 2), leave(3_000, 9)];
    const at = 1_120 + graceMs / 4;
    expect(broken({ more: [...hasty, told(at, 1, 'OFFLINE'), told(at + 50, 1, 'ONLINE')] })).toContain('flicker');
  });
});

it('the checker reports a presence that is sent twice in a row', () => {
  expect(broken({ more: [told(5_100, 1, 'BUSY', 'x')] })).toEqual(['once']);
});

describe('the checker reports an invisible user who is shown as online', () => {
  it('even briefly', () => {
    expect(broken({ more: [told(28_500, 3, 'ONLINE'), told(28_550, 3, 'OFFLINE')] })).toEqual(['privacy']);
  });

  it('even if Redis was down meanwhile', () => {
    const away = fault('Redis killed', null, 27_100, 28_200);
    expect(broken({ more: [away, told(28_500, 3, 'ONLINE'), told(28_550, 3, 'OFFLINE')] })).toEqual(['privacy']);
  });
});

describe('the checker reports a lease', () => {
  it('that was taken over twice', () => {
    expect(broken({ more: [lease(7_100 + leaseMs, 'claimed', 3, 2)] })).toEqual(['takeover']);
  });

  it('that expired and was not taken over', () => {
    expect(broken({ without: (step) => step.what === 'lease' && step.holder === 2 })).toEqual(['takeover']);
  });

  it('whose takeover was not finished', () => {
    expect(broken({ without: (step) => step.what === 'lease' && step.kind === 'finished' && step.holder === 2 })).toEqual(['takeover']);
  });

  it('that was taken over while its node was alive', () => {
    const more = [
      lease(15_000, 'claimed', 1, 2, 'alive:1'),
      lease(15_010, 'fenced', 2, 2, 'alive:1'),
      lease(16_600, 'finished', 1, 2, 'alive:1'),
    ];
    expect(broken({ more })).toContain('takeover');
  });

  it('that was taken over because Redis came back empty', () => {
    const more = [lease(33_000, 'claimed', 1, 2, 'alive:1'), lease(33_010, 'fenced', 2, 2, 'alive:1')];
    expect(broken({ more })).toContain('takeover');
  });

  it('that was taken over before it expired', () => {
    const early = (step: Step) => step.what === 'lease' && step.kind === 'claimed' && step.holder === 1;
    expect(broken({ without: early, more: [lease(pausedAt + leaseMs / 2, 'claimed', 2, 1)] })).toEqual(['takeover']);
  });
});

describe('the checker reports a node that was taken over and', () => {
  it('is not fenced', () => {
    expect(broken({ without: (step) => step.what === 'lease' && step.kind === 'fenced' })).toEqual(['fenced']);
  });

  it('is fenced without a takeover', () => {
    expect(broken({ more: [lease(32_000, 'fenced', 2, 2, 'alive:1')] })).toContain('fenced');
  });

  it('keeps its clients', () => {
    const closing = (step: Step) => step.what === 'close' && step.connection === 3;
    const later = close(resumedAt + 3_000, 3, 1, 4_512);
    expect(broken({ without: closing, more: [later] })).toEqual(['fenced']);
  });

  it('sends its clients away with another code', () => {
    const closing = (step: Step) => step.what === 'close' && step.connection === 3;
    expect(broken({ without: closing, more: [close(resumedAt + 60, 3, 1, 1_001)] })).toEqual(['fenced']);
  });
});

it('the checker reports a device that does not reconnect', () => {
  const last = (step: Step) => step.what === 'rest' && step.at === lastRest;
  expect(broken({ without: last, more: [rest(lastRest, 'ann/1')] })).toEqual(['back']);
});

it('the checker reports unexpected behaviour of a node', () => {
  expect(broken({ more: [{ at: 40_000, what: 'node', node: 1, detail: 'ended by itself with 1' }] })).toEqual(['odd']);
});

it('the log lines of a node about leases are parsed', () => {
  const dead = { nodeId: 'abc', epoch: 3 };
  const msg = 'the lease of a node expired; it is being taken over';
  expect(leaseSaid(JSON.stringify({ msg, dead, name: 'node-2' }), 1)).toEqual({
    ...{ what: 'lease', kind: 'claimed', node: 1, lease: 'abc:3', holder: 2 },
  });
  expect(leaseSaid(JSON.stringify({ msg: 'stopping', dead }), 1)).toBeUndefined();
  expect(leaseSaid('MPIM is at http://127.0.0.1:4000', 1)).toBeUndefined();
});
