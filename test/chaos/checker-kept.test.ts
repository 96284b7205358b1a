import { describe, expect, it } from 'vitest';
import type { Outcome } from './attempt.ts';
import { check } from './checker.ts';
import type { EntryFacts, Happening, KeptRecord, PollRecord } from './history.ts';
import type { Rule } from './log-rules.ts';

// Small histories of polls, drafts, saved messages and signals. The first of each group keeps every promise. The other tests break one
// each.

const [ann, ben, hall] = ['ann', 'ben', 'hall'];

type Step = Happening & { readonly at?: number };

/** Whether the history breaks this rule. What else the short history lacks does not matter. */
function breaks(rule: Rule, ...steps: readonly Step[]): boolean {
  const records = steps.map((step, n) => ({ ...step, at: step.at ?? 10_000 + n }));
  return check(records, 1_000).some((violation) => violation.rule === rule);
}

function tried(began: number, outcome: Outcome = 'acknowledged') {
  return { began, at: began + 1, node: 1, outcome } as const;
}

function entry(seq: number, type: string, facts: Partial<EntryFacts> = {}): EntryFacts {
  return { stream: hall, seq, type, loggedAt: new Date(1_000 * seq).toISOString(), ...facts };
}

function log(...entries: readonly EntryFacts[]): Step {
  return { what: 'log', stream: hall, kind: 'conversation', lastSeq: entries.length, entries };
}

describe('in a poll, the checker', () => {
  const voted = (seq: number, actor: string | undefined, choices: string | undefined) =>
    entry(seq, 'PollVoted', { target: 1, actor, choices });
  const closed = (seq: number) => entry(seq, 'PollClosed', { target: 1, actor: ann });
  const asked = entry(1, 'MessageSent', { sender: ann, key: 'ann-poll' });
  const vote = (by: string, choices: string, began: number, outcome?: Outcome, code?: string): Step => ({
    ...{ what: 'vote', by, stream: hall, seq: 1, choices, code },
    ...tried(began, outcome),
  });
  const votes = [vote(ann, '0', 1), vote(ben, '0', 2), vote(ben, '1', 4)];
  const stands: PollRecord = {
    ...{ what: 'poll', stream: hall, seq: 1, anonymous: false, closed: true, counts: [1, 1, 0], voters: 2 },
    votes: [
      { by: ann, choices: '0' },
      { by: ben, choices: '1' },
    ],
  };
  const entries = [asked, voted(2, ann, '0'), voted(3, ben, '0'), voted(4, ben, '1'), closed(5)];
  const seen = (poll: Partial<PollRecord>, all: readonly EntryFacts[] = entries, ...more: readonly Step[]): boolean =>
    breaks('voted', ...votes, ...more, { ...stands, ...poll }, log(...all));

  it('accepts a history in which the last vote counts, or may have been lost', () => {
    expect(seen({})).toBe(false);
    expect(seen({}, entries, vote(ben, '2', 6, 'refused', 'TOO_LATE'))).toBe(false);
    expect(
      seen(
        { votes: [{ by: ben, choices: '1' }], counts: [0, 1, 0], voters: 1 },
        entries.toSpliced(4, 0, voted(5, ann, '')),
        vote(ann, '', 6, 'unknown'),
      ),
    ).toBe(false);
    const anonymous = [asked, ...[2, 3, 4].map((seq) => voted(seq, undefined, undefined)), closed(5)];
    expect(seen({ anonymous: true }, anonymous)).toBe(false);
  });

  it('reports counts that do not match the votes', () => {
    expect(seen({ counts: [1, 2, 0] })).toBe(true);
    expect(seen({ voters: 3 })).toBe(true);
  });

  it('reports an acknowledged vote that does not count, or is not in the log', () => {
    const lost = { votes: [{ by: ann, choices: '0' }], counts: [1, 0, 0], voters: 1 };
    expect(seen(lost)).toBe(true);
    expect(seen(lost, entries.toSpliced(4, 0, voted(5, ben, '')), vote(ben, '', 3, 'unknown'))).toBe(false);
    expect(seen({ anonymous: true, ...lost }, [asked, closed(2)])).toBe(true);
    expect(seen({}, entries, vote(ann, '2', 0))).toBe(true);
  });

  it('reports a vote that is logged twice, was never cast, or counts although all attempts were refused', () => {
    expect(seen({}, entries.toSpliced(2, 0, voted(3, ann, '0')))).toBe(true);
    expect(seen({}, entries.toSpliced(2, 0, voted(3, ben, '2')))).toBe(true);
    expect(
      breaks(
        'voted',
        vote(ann, '0', 1, 'refused', 'TOO_LATE'),
        { ...stands, anonymous: true, votes: [{ by: ann, choices: '0' }], counts: [1, 0, 0], voters: 1 },
        log(asked, closed(2)),
      ),
    ).toBe(true);
  });

  it('reports a vote after the poll was closed, a second closing, and no closing', () => {
    expect(seen({}, [asked, ...entries.slice(1, 3), closed(4), voted(5, ben, '1')])).toBe(true);
    expect(seen({}, [...entries, closed(6)])).toBe(true);
    expect(seen({ closed: false }, entries.slice(0, 4))).toBe(true);
  });

  it('reports a vote that is refused with another code than TOO_LATE', () => {
    expect(seen({}, entries, vote(ben, '2', 6, 'refused', 'NOT_FOUND'))).toBe(true);
  });
});

describe('for drafts and saved messages, the checker', () => {
  const draft = (
    kind: 'saved' | 'removed' | 'sent',
    writtenAt: number,
    more: { readonly outcome?: Outcome; readonly standsAt?: number } = {},
  ): Step => ({
    ...{ what: 'drafting', kind, by: ann, stream: hall, text: `draft ${writtenAt}`, writtenAt, standsAt: more.standsAt },
    ...tried(writtenAt, more.outcome),
  });
  const saving = (note: string, began: number, outcome?: Outcome): Step => ({
    ...{ what: 'saving', by: ann, stream: hall, seq: 7, note },
    ...tried(began, outcome),
  });
  const kept = (more: Partial<KeptRecord>): Step => ({ what: 'kept', user: ann, stream: hall, draft: null, saved: [], ...more });
  const device: Step = { what: 'device', device: 'ann/1', user: ann, holds: [] };
  const told = (facts: Partial<EntryFacts>): Step => ({
    ...{ what: 'entry', device: 'ann/1', node: 1 },
    entry: { ...entry(1, 'DraftChanged', facts), stream: ann },
  });
  const stands = (writtenAt: number, text: string | null = `draft ${writtenAt}`): Step => kept({ draft: { writtenAt, text } });

  it('accepts a draft if the last one written stands, or may stand, and the devices show it', () => {
    const shown = told({ draft: { of: hall, text: 'draft 2' } });
    expect(breaks('drafted', device, draft('saved', 2), draft('saved', 1), shown, stands(2))).toBe(false);
    expect(breaks('drafted', draft('saved', 1), draft('saved', 2, { outcome: 'unknown' }), stands(2))).toBe(false);
    expect(breaks('drafted', draft('saved', 1), draft('removed', 2), stands(2, null))).toBe(false);
    expect(breaks('drafted', kept({}))).toBe(false);
  });

  it('reports a draft that an acknowledged save or removal supersedes, that was never written, or that is missing', () => {
    expect(breaks('drafted', draft('saved', 2), draft('saved', 1), stands(1))).toBe(true);
    expect(breaks('drafted', draft('saved', 1), draft('removed', 2), stands(2))).toBe(true);
    expect(breaks('drafted', draft('saved', 1), stands(1, 'something else'))).toBe(true);
    expect(breaks('drafted', draft('saved', 1), stands(3))).toBe(true);
    expect(breaks('drafted', draft('saved', 1), kept({}))).toBe(true);
    expect(breaks('drafted', draft('saved', 1, { outcome: 'refused' }), kept({}))).toBe(true);
  });

  it('reports an answer that is older than an acknowledged draft', () => {
    expect(breaks('drafted', draft('saved', 1), draft('saved', 5, { standsAt: 5 }), stands(5))).toBe(false);
    expect(breaks('drafted', draft('saved', 5), { ...draft('saved', 3, { standsAt: 3 }), began: 9 } as Step, stands(5))).toBe(true);
  });

  it('reports a draft that outlives the message that it was sent as', () => {
    const said = log(entry(1, 'MessageSent', { sender: ann, key: 'draft 2' }));
    const sent = draft('sent', 2, { outcome: 'unknown' });
    expect(breaks('drafted', draft('saved', 1), sent, stands(2, null), said)).toBe(false);
    expect(breaks('drafted', draft('saved', 1), sent, stands(1), said)).toBe(true);
  });

  it('reports a device that shows an outdated draft, none, or an outdated note', () => {
    const other = told({ draft: { of: hall, text: 'draft 1' } });
    expect(breaks('drafted', device, draft('saved', 1), draft('saved', 2), other, stands(2))).toBe(true);
    expect(breaks('drafted', device, draft('saved', 2), stands(2))).toBe(true);
    const note = (text: string | null): Step => told({ target: 7, saved: { of: hall, note: text } });
    const saved = kept({ saved: [{ seq: 7, note: 'a' }] });
    expect(breaks('saved', device, saving('a', 1), note(null), note('a'), saved)).toBe(false);
    expect(breaks('saved', device, saving('a', 1), note('a'), note(null), saved)).toBe(true);
    expect(breaks('saved', device, saving('', 1), note('a'), kept({}))).toBe(true);
  });

  it('reports a saved message that differs from the last settled attempt, unless one without an answer may be later', () => {
    const saved = kept({ saved: [{ seq: 7, note: 'a' }] });
    expect(breaks('saved', saving('b', 1), saving('a', 2), saved)).toBe(false);
    expect(breaks('saved', saving('a', 1), saving('b', 2), saved)).toBe(true);
    expect(breaks('saved', saving('a', 1, 'unknown'), saving('b', 2), saved)).toBe(false);
    expect(breaks('saved', saving('a', 1), saving('', 2), saved)).toBe(true);
    expect(breaks('saved', saving('a', 1), kept({}))).toBe(true);
    expect(breaks('saved', saving('b', 1, 'unknown'), saved)).toBe(true);
    expect(breaks('saved', saving('a', 1, 'refused'), kept({}))).toBe(true);
  });
});

describe('for signals, the checker', () => {
  const device: Step = { what: 'device', device: 'ben/1', user: ben, holds: [] };
  const signal = (began: number, outcome?: Outcome): Step => ({
    what: 'signal',
    by: ann,
    stream: hall,
    name: 'ring',
    ...tried(began, outcome),
  });
  const heard = (at: number, more: object = {}): Step => ({
    what: 'heard',
    device: 'ben/1',
    node: 1,
    stream: hall,
    by: ann,
    name: 'ring',
    at,
    ...more,
  });
  const change = (what: 'removal' | 'addition', began: number, outcome?: Outcome): Step => ({
    what,
    stream: hall,
    user: ben,
    ...tried(began, outcome),
  });
  const blocking = (blocked: boolean, began: number): Step => ({
    what: 'blocking',
    stream: 'direct',
    by: ben,
    user: ann,
    blocked,
    ...tried(began),
  });
  const seen = (...steps: readonly Step[]): boolean => breaks('signal', device, ...steps);

  it('accepts a signal that arrives as it was sent, or not at all', () => {
    expect(seen(signal(100), heard(110))).toBe(false);
    expect(seen(signal(100, 'unknown'), heard(110))).toBe(false);
    expect(seen(signal(100))).toBe(false);
  });

  it('reports a signal that arrives twice, in another conversation, from another sender, or although it was refused', () => {
    expect(seen(signal(100), heard(110), heard(111))).toBe(true);
    expect(seen(signal(100), heard(110, { stream: 'another' }))).toBe(true);
    expect(seen(signal(100), heard(110, { by: ben }))).toBe(true);
    expect(seen(signal(100, 'refused'), heard(110))).toBe(true);
  });

  it('reports a signal that was sent after the removal of the recipient, unless they may have come back', () => {
    expect(seen(change('removal', 50), signal(100), heard(110))).toBe(true);
    expect(seen(change('removal', 99), signal(99), heard(110))).toBe(false);
    expect(seen(change('removal', 50, 'unknown'), signal(100), heard(110))).toBe(false);
    expect(seen(change('removal', 50), signal(100), change('addition', 105), heard(110))).toBe(false);
    expect(seen(change('addition', 40, 'unknown'), change('removal', 50), signal(100), heard(110))).toBe(false);
  });

  it('reports a signal that was sent during a block, and none after the block has ended', () => {
    expect(seen(blocking(true, 50), signal(100), heard(110))).toBe(true);
    expect(seen(blocking(true, 50), blocking(false, 90), signal(100), heard(110))).toBe(false);
    expect(seen(signal(100), blocking(true, 105), heard(110))).toBe(false);
  });
});
