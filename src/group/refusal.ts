import { ChatError } from '../errors.ts';

/**
 * The refusal for a group that does not exist, is dissolved, is no group, or does not have the viewer as a member. All have the same
 * message.
 */
export function noGroup(field = 'groupId'): ChatError {
  return new ChatError('NOT_FOUND', 'Group not found.', { field: [field] });
}

/** The refusal for a user who does not exist. */
export function noUser(...field: readonly string[]): ChatError {
  return new ChatError('NOT_FOUND', 'User not found.', { field });
}

/** The refusal if a group would have too many members. */
export function groupFull(limit: number, ...field: readonly string[]): ChatError {
  return new ChatError('LIMIT_REACHED', `A group can have at most ${limit} members.`, { field });
}

/** The refusal if a user would be in too many groups. */
export function tooManyGroups(limit: number, field?: readonly string[]): ChatError {
  return new ChatError('LIMIT_REACHED', `A user can be in at most ${limit} groups.`, { field });
}
