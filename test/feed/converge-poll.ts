import { decodeText } from '../../schema/ids.ts';
import { type Cache, edgesOf, idOf, isThing, type Json, type Thing, text } from './converge-cache.ts';

/** Where polls are stored. */
interface Keeper {
  readonly cache: Cache;
  readonly shown: { readonly viewer: Thing };
}

/**
 * Applies PollVoted. The actor and the options tell what the viewer and others have voted. In an anonymous poll the event has neither, so
 * the viewer's own vote is selected with it.
 */
export function voted({ cache, shown }: Keeper, { actor, message, options, own }: Thing): void {
  const all = optionsIn(cache.entity(idOf(message) ?? ''));
  const chosen = Array.isArray(options) ? new Set(options.map((option: Json) => idOf(option))) : ownIn(own);
  if (options !== null) for (const option of all) count(cache, { option, voter: idOf(actor), counts: chosen.has(option) });
  if (options !== null && idOf(actor) !== idOf(shown.viewer['user'])) return;
  for (const id of all) cache.change(id, { viewerHasVoted: chosen.has(id) });
}

/** Adds a user to an option's voters, in order of ids, or removes them. */
function count(
  cache: Cache,
  { option, voter, counts }: { readonly option: string; readonly voter: string | null; readonly counts: boolean },
): void {
  const known = cache.entity(option)?.['voters'];
  if (!isThing(known) || voter === null) return;
  const others = edgesOf(known).filter(({ node }) => idOf(node) !== voter);
  const edges: readonly Thing[] = counts ? [...others, { node: { ref: voter } }] : others;
  cache.change(option, { voters: { ...known, edges: edges.toSorted((one, other) => numberOf(one) - numberOf(other)) } });
}

function numberOf({ node }: Thing): number {
  return Number(decodeText(idOf(node) ?? '')?.split(':')[1]);
}

/** Returns the fields of an option of a new message: nobody has voted for it. */
export function votesAtFirst({ poll }: Thing): Thing {
  return { viewerHasVoted: false, voters: isThing(poll) && poll['anonymous'] === true ? null : { edges: [] } };
}

/** Returns the ids of a poll's options. */
export function optionsIn(message: Thing | undefined): readonly string[] {
  const poll = message?.['poll'];
  const options = isThing(poll) ? poll['options'] : [];
  return Array.isArray(options) ? options.map((option: Json) => idOf(option) ?? '') : [];
}

function ownIn(own: Json | undefined): ReadonlySet<string | null> {
  const poll = isThing(own) ? own['poll'] : null;
  const options = isThing(poll) ? poll['options'] : [];
  const mine = Array.isArray(options) ? options.filter(isThing).filter((option) => option['viewerHasVoted'] === true) : [];
  return new Set(mine.map((option) => text(option['mine'])));
}
