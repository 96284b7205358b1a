import { decodeText } from '../../schema/ids.ts';
import { type Cache, edgesOf, idOf, isThing, type Json, type Thing, text } from './converge-cache.ts';

/** Where polls are kept. */
interface Keeper {
  readonly cache: Cache;
  readonly shown: { readonly viewer: Thing };
}

/** What the viewer has chosen is told by who acts, and so is who else has; of an anonymous poll, where nobody does, the first is asked for. */
export function voted({ cache, shown }: Keeper, { actor, message, options, own }: Thing): void {
  const all = optionsIn(cache.entity(idOf(message) ?? ''));
  const chosen = Array.isArray(options) ? new Set(options.map((option: Json) => idOf(option))) : ownIn(own);
  if (options !== null) for (const option of all) count(cache, { option, voter: idOf(actor), counts: chosen.has(option) });
  if (options !== null && idOf(actor) !== idOf(shown.viewer['user'])) return;
  for (const id of all) cache.change(id, { viewerHasVoted: chosen.has(id) });
}

/** Puts somebody among those who have chosen an option, in the order of their numbers, or takes them out. */
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

/** Of a message that was only said, what is known of each option: nobody has chosen it. */
export function votesAtFirst({ poll }: Thing): Thing {
  return { viewerHasVoted: false, voters: isThing(poll) && poll['anonymous'] === true ? null : { edges: [] } };
}

/** The ids of what a message lets choose. */
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
