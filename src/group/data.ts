import { type Data, type NewData, replaceTexts, requireData, requireFitting } from '../data.ts';
import type { Screen, ScreenResult } from '../words/index.ts';

// As much as an announcement may have, because the hint of each message of a group carries the group's row.
const maxDataBytes = 4_096;

/** Checks a group's `data` and returns it as it is stored. Throws INVALID_INPUT (data, or data.… for the part at fault). */
export function requireGroupData(wanted: NewData | null | undefined): Data {
  const data = requireData(wanted);
  requireFitting(data, { maxDataBytes });
  return data;
}

/** Matches the texts in `data` with the lists of blocked words. */
export function lookAtData(screen: Screen, data: string): { readonly data: string; readonly looked: readonly ScreenResult[] } {
  const looked: ScreenResult[] = [];
  function standing(said: string, at: readonly string[]): string {
    const found = screen.checkText(said, 'data', ...at);
    looked.push(found);
    return found.text;
  }
  return { data: replaceTexts(data, standing), looked };
}
