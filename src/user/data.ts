import { type Data, type NewData, requireData, requireFitting } from '../data.ts';

// As wide as the column, and as much as a person may say of themselves: it is read, and told, with whatever they say.
const maxDataBytes = 1_024;

/** What is put on a user as it would be stored. Throws INVALID_INPUT (data, or data.… the part at fault). */
export function requireUserData(wanted: NewData | null | undefined): Data {
  const data = requireData(wanted);
  requireFitting(data, { maxDataBytes });
  return data;
}
