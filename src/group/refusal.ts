import { ChatError } from '../errors.ts';

/** The refusal of a group that is not there, dissolved, not a group, or not the viewer's: never told apart. */
export function noGroup(field = 'groupId'): ChatError {
  return new ChatError('NOT_FOUND', 'Group not found.', { field: [field] });
}

/** The refusal of a user who is not there. */
export function noUser(...field: readonly string[]): ChatError {
  return new ChatError('NOT_FOUND', 'User not found.', { field });
}

/** The refusal of a member too many. */
export function groupFull(limit: number, ...field: readonly string[]): ChatError {
  return new ChatError('LIMIT_REACHED', `A group can have at most ${limit} members.`, { field });
}

/** The refusal of a group too many. */
export function tooManyGroups(limit: number, field?: readonly string[]): ChatError {
  return new ChatError('LIMIT_REACHED', `A user can be in at most ${limit} groups.`, { field });
}
