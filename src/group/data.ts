import { type Data, type NewData, replaceTexts, requireData, requireFitting } from '../data.ts';
import type { Looked, Screen } from '../words/index.ts';

// As much as an announcement takes: whatever is known of a group goes along with each message that is said there.
const maxDataBytes = 4_096;

/** What is put on a group as it would be stored. Throws INVALID_INPUT (data, or data.… the part at fault). */
export function requireGroupData(wanted: NewData | null | undefined): Data {
  const data = requireData(wanted);
  requireFitting(data, { maxDataBytes });
  return data;
}

/** What lists of blocked words make of the texts in it. */
export function lookAtData(screen: Screen, data: string): { readonly data: string; readonly looked: readonly Looked[] } {
  const looked: Looked[] = [];
  function standing(said: string, at: readonly string[]): string {
    const found = screen.said(said, 'data', ...at);
    looked.push(found);
    return found.text;
  }
  return { data: replaceTexts(data, standing), looked };
}
