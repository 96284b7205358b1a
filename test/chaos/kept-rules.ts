import type { Drafting, Saving } from './attempt.ts';
import type { EntryFacts, HistoryRecord, KeptRecord, Recorded } from './history.ts';
import { lostMs, type Rule, type Violation } from './log-rules.ts';
import type { Truth } from './truth.ts';

/**
 * Checks the promises about drafts and saved messages: the draft that was written last stands, a saved message is as settled last, and what
 * the devices were told last is what stands.
 */
export function checkKept(truth: Truth, records: readonly HistoryRecord[]): readonly Violation[] {
  const draftings = records.filter((record) => record.what === 'drafting');
  const savings = records.filter((record) => record.what === 'saving');
  const told = records.filter((record) => record.what === 'entry');
  const devices = records.filter((record) => record.what === 'device');
  return records.flatMap((record): readonly Violation[] => {
    if (record.what !== 'kept') return [];
    const { user, stream, at } = record;
    const own = <T extends { readonly by: string; readonly stream: string }>(acts: readonly T[]): readonly T[] =>
      acts.filter((act) => act.by === user && act.stream === stream);
    const say = (rule: Rule, details: readonly string[], device?: string): readonly Violation[] =>
      details.map((detail) => ({ rule, at, stream, device, detail: `of ${user}: ${detail}` }));
    const shown = devices
      .filter((device) => device.user === user)
      .map(({ device }) => ({
        device,
        entries: told.filter((one) => one.device === device && one.entry.stream === user).map(({ entry }) => entry),
      }));
    return [
      ...say('drafted', [
        ...checkDraft(own(draftings), record),
        ...checkAnswers(own(draftings)),
        ...checkSent(truth, own(draftings), record),
      ]),
      ...say('saved', checkSaved(own(savings), record)),
      ...shown.flatMap(({ device, entries }) => [
        ...say('drafted', checkDraftShown(entries, record), device),
        ...say('saved', checkSavedShown(entries, record), device),
      ]),
    ];
  });
}

function checkDraft(acts: readonly Recorded<Drafting>[], { draft }: KeptRecord): readonly string[] {
  const refused = acts.filter(({ outcome }) => outcome === 'refused').map(({ text, code }) => `${text} was refused with ${code}`);
  const last = Math.max(0, ...acts.filter(({ outcome }) => outcome === 'acknowledged').map(({ writtenAt }) => writtenAt));
  if (draft === null) return last === 0 ? refused : [...refused, 'what was acknowledged is not kept'];
  const { kind, text } = acts.find(({ writtenAt }) => writtenAt === draft.writtenAt) ?? {};
  const wanted = kind === 'saved' ? text : null;
  return [
    ...refused,
    ...(draft.writtenAt < last ? [`what was written at ${draft.writtenAt} stands, and not at ${last}`] : []),
    ...(wanted === draft.text && kind !== undefined ? [] : [`${draft.text} stands, and ${text} was ${kind}`]),
  ];
}

/** An answer is never older than the request, or than any draft that was acknowledged before the request. */
function checkAnswers(acts: readonly Recorded<Drafting>[]): readonly string[] {
  return acts.flatMap(({ standsAt, writtenAt, began, text }) => {
    if (standsAt === undefined) return [];
    const known = acts.filter(({ outcome, at }) => outcome === 'acknowledged' && at < began).map((act) => act.writtenAt);
    const least = Math.max(writtenAt, ...known);
    return standsAt < least ? [`${text} was answered with what was written at ${standsAt}, and not at ${least}`] : [];
  });
}

/** A message in the log has ended its draft, whether its sender knows or not. */
function checkSent(truth: Truth, acts: readonly Recorded<Drafting>[], { user, stream, draft }: KeptRecord): readonly string[] {
  const said = new Set(truth.log(stream)?.entries.flatMap(({ sender, key }) => (sender === user ? [key] : [])));
  return acts
    .filter(({ kind, text, writtenAt }) => kind === 'sent' && said.has(text) && writtenAt > (draft?.writtenAt ?? 0))
    .map(({ text }) => `${text} is said, and its draft stands`);
}

/** The last attempt for a message stands if it was acknowledged and no other attempt may have been stored after it. */
function checkSaved(acts: readonly Recorded<Saving>[], { saved }: KeptRecord): readonly string[] {
  const tried = new Set(acts.filter(({ outcome }) => outcome !== 'refused').map(({ seq, note }) => `${seq} ${note}`));
  const strange = saved
    .filter(({ seq, note }) => !tried.has(`${seq} ${note}`))
    .map(({ seq, note }) => `${seq} is saved with ${note}, by nobody`);
  const lost = [...Map.groupBy(acts, ({ seq }) => seq)].flatMap(([seq, all]) => {
    const last = all.filter(({ outcome }) => outcome !== 'refused').at(-1);
    if (last?.outcome !== 'acknowledged') return [];
    if (all.some(({ outcome, at, note }) => note !== last.note && outcome === 'unknown' && at > last.began - lostMs)) return [];
    const note = saved.find((one) => one.seq === seq)?.note ?? '';
    return note === last.note ? [] : [`${seq} is saved with ${note} and not ${last.note}`];
  });
  const refused = acts.filter(({ outcome }) => outcome === 'refused').map(({ seq, code }) => `${seq} was refused with ${code}`);
  return [...strange, ...lost, ...refused];
}

function checkDraftShown(entries: readonly EntryFacts[], { stream, draft }: KeptRecord): readonly string[] {
  const last = entries.findLast((entry) => entry.draft?.of === stream)?.draft?.text ?? null;
  const stands = draft?.text ?? null;
  return last === stands ? [] : [`${last} is shown, and ${stands} stands`];
}

function checkSavedShown(entries: readonly EntryFacts[], { stream, saved }: KeptRecord): readonly string[] {
  const stands = new Map(saved.map(({ seq, note }) => [seq, note]));
  const shown = new Map(entries.flatMap((entry) => (entry.saved?.of === stream ? [[entry.target ?? 0, entry.saved.note] as const] : [])));
  return [...new Set([...stands.keys(), ...shown.keys()])].flatMap((seq) => {
    const [is, has] = [shown.get(seq) ?? null, stands.get(seq) ?? null];
    return is === has ? [] : [`${seq} is shown as saved with ${is}, and stands with ${has}`];
  });
}
