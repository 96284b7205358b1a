import { describe, expect, it } from 'vitest';
import { createRing, createSpare } from '../../src/feed/ring.ts';
import type { Entry, KnownEntry } from '../../src/log/index.ts';

const nothing = { name: null, size: null, width: null, height: null, durationMs: null, alt: null };

function message(seq: number, text = 'hello', { url, data = null }: { readonly url?: string; readonly data?: string | null } = {}): Entry {
  const said = {
    ...{ ordinal: seq, clientMessageId: `m${seq}`, text, replyToSeq: null, editedAt: null, recalledAt: null },
    ...{ threadRootSeq: null, mentionIds: [], mentionsEveryone: false, origin: null, replyCount: 0, hasReactions: false, pinnedAt: null },
    attachments: url === undefined ? [] : [{ ...nothing, url, mediaType: 'a/b' }],
    data,
    poll: null,
  };
  return { streamId: 1n, seq, at: new Date(0), actorId: 1n, type: 'MessageSent', data: said };
}

function attached(seq: number, characters: number): Entry {
  return message(seq, '', { url: 'x'.repeat(characters / 2), data: 'x'.repeat(characters / 2) });
}

function recall(seq: number, messageSeq: number): KnownEntry<'MessageRecalled'> {
  return { streamId: 1n, seq, at: new Date(1_000), actorId: 1n, type: 'MessageRecalled', data: { messageSeq } };
}

function messages(from: number, to: number, text?: string): readonly Entry[] {
  return Array.from({ length: to - from + 1 }, (_, n) => message(from + n, text));
}

function seqs(entries: readonly Entry[] | null): readonly number[] | null {
  return entries?.map(({ seq }) => seq) ?? null;
}

function holding(entries: readonly Entry[], spare = createSpare()) {
  const ring = createRing(spare);
  for (const entry of entries) ring.push(entry);
  return ring;
}

describe('a ring', () => {
  it('holds the newest 64 entries, and returns null beyond them', () => {
    const ring = holding(messages(1, 70));
    expect(seqs(ring.after(6))).toEqual(seqs(messages(7, 70)));
    expect(ring.after(5)).toBeNull();
    expect(seqs(ring.after(69))).toEqual([70]);
    expect(ring.at(6)).toBeUndefined();
    expect(ring.at(7)?.seq).toBe(7);
    expect(ring.at(71)).toBeUndefined();
  });

  it('holds fewer if texts are long, but always the newest', () => {
    expect(seqs(holding(messages(1, 5, 'x'.repeat(16_000))).after(3))).toEqual([4, 5]);
    expect(holding(messages(1, 5, 'x'.repeat(16_000))).after(2)).toBeNull();
    expect(seqs(holding([message(1, 'x'.repeat(40_000))]).after(0))).toEqual([1]);
  });

  it('forgets entries that retention removed, and returns null for them', () => {
    const ring = holding(messages(1, 5));
    ring.forget(3);
    expect([ring.after(2), seqs(ring.after(3)), ring.at(3)]).toEqual([null, [4, 5], undefined]);
    ring.precede(messages(1, 3), 5);
    expect(ring.after(2)).toBeNull();
    ring.forget(9);
    expect(ring.after(9)).toBeNull();
    ring.push(message(10));
    expect(seqs(ring.after(9))).toEqual([10]);
  });

  it('holds fewer if messages have long attachments or data, until these are recalled', () => {
    const full = holding([1, 2, 3, 4].map((seq) => attached(seq, 16_000)));
    expect([seqs(full.after(2)), full.after(1)]).toEqual([[3, 4], null]);
    const ring = holding([attached(1, 16_000), attached(2, 16_000)]);
    ring.recall(recall(3, 1));
    expect(ring.at(1)?.data).toMatchObject({ attachments: [], data: null });
    ring.push(attached(3, 16_000));
    expect(seqs(ring.after(0))).toEqual([1, 2, 3]);
  });

  it('accepts entries right before its own at the front, and no others', () => {
    const ring = holding(messages(10, 12));
    ring.precede(messages(2, 8), 12);
    expect(ring.after(8)).toBeNull();
    const older = messages(5, 11);
    ring.precede(older, 12);
    expect(seqs(ring.after(4))).toEqual(seqs(messages(5, 12)));
    expect(ring.after(4)?.[0]).toBe(older[0]);
  });

  it('starts with entries that end at the stream’s head if it is empty', () => {
    const ring = holding([]);
    ring.precede(messages(1, 4), 3);
    expect(seqs(ring.after(0))).toEqual([1, 2, 3]);
  });

  it('holds more than usual while a subscription catches up, until it is narrowed', () => {
    const ring = holding(messages(201, 264));
    ring.precede(messages(101, 200), 264);
    for (const entry of messages(265, 300)) ring.push(entry);
    expect(ring.after(100)).toHaveLength(200);
    for (const entry of messages(301, 1_200)) ring.push(entry);
    expect(ring.after(176)).toHaveLength(1_024);
    expect(ring.after(175)).toBeNull();
    ring.narrow();
    expect(seqs(ring.after(1_136))).toEqual(seqs(messages(1_137, 1_200)));
    expect(ring.after(1_135)).toBeNull();
  });

  it('has no text of a recalled message, which frees room', () => {
    const ring = holding(messages(1, 2, 'x'.repeat(16_000)));
    ring.recall(recall(3, 1));
    expect(ring.at(1)?.data).toMatchObject({ text: '', recalledAt: new Date(1_000), ordinal: 1 });
    expect(ring.at(2)?.data).toMatchObject({ text: 'x'.repeat(16_000), recalledAt: null });
    ring.push(message(3, 'x'.repeat(16_000)));
    expect(seqs(ring.after(0))).toEqual([1, 2, 3]);
  });

  it('changes nothing if it does not hold the recalled message', () => {
    const entries = messages(5, 7);
    const ring = holding(entries);
    for (const messageSeq of [4, 8, 1_000]) ring.recall(recall(9, messageSeq));
    expect(ring.after(4)).toEqual(entries);
    ring.clear();
    ring.recall(recall(9, 5));
    expect(ring.at(5)).toBeUndefined();
  });

  it('returns a new object for the posting of a revoked notice, so that nothing cached for the old one is used', () => {
    const notice = (seq: number, type: 'NoticePosted' | 'NoticeRevoked', noticeId: string): KnownEntry<typeof type> =>
      ({ streamId: 0n, seq, at: new Date(0), actorId: null, type, data: { noticeId } }) as KnownEntry<typeof type>;
    const entries = [notice(1, 'NoticePosted', 'a'), notice(2, 'NoticePosted', 'b'), notice(3, 'NoticeRevoked', 'a')];
    const ring = holding(entries);
    for (const noticeId of ['a', 'not here']) ring.revoke(notice(3, 'NoticeRevoked', noticeId) as KnownEntry<'NoticeRevoked'>);
    expect(ring.after(0)).toEqual(entries);
    expect(entries.map((entry) => ring.at(entry.seq) === entry)).toEqual([false, true, true]);
  });

  it('shares the room beyond the usual with other rings, and returns it', () => {
    const spare = createSpare(100_000);
    const one = holding(messages(101, 164), spare);
    const two = holding(messages(101, 164), spare);
    one.precede(messages(1, 100), 164);
    expect(one.after(0)).toHaveLength(164);
    two.precede(messages(1, 100), 164);
    // The rest is enough for the newest 18 of them.
    expect(two.after(82)).toHaveLength(82);
    expect(two.after(81)).toBeNull();
    expect(spare.characters).toBeGreaterThanOrEqual(0);
    one.narrow();
    two.clear();
    expect(spare.characters).toBe(100_000);
  });
});
