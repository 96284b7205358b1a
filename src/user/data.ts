import { type Data, type NewData, requireData, requireFitting } from '../data.ts';

// The width of the column, and as much as a bio may have: data is read and delivered with whatever the user writes.
const maxDataBytes = 1_024;

/** Returns the data of a user as it is stored. Throws ChatError INVALID_INPUT (data, or the path of the part at fault, data.…). */
export function requireUserData(wanted: NewData | null | undefined): Data {
  const data = requireData(wanted);
  requireFitting(data, { maxDataBytes });
  return data;
}
