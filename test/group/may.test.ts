import { describe, expect, it } from 'vitest';
import { groupPolicies, type MemberStatus, type PermissionRequest, type Role } from '../../src/group/index.ts';
import { allowedActions, allowedTo, answerTo, msUntil, mutedUntil } from '../../src/group/may.ts';
import { groupActions, permissions } from '../../src/group/permission.ts';

const now = new Date('2026-02-03T04:05:06.789Z');
const before = new Date(now.getTime() - 1);
const later = new Date(now.getTime() + 60_000);
const latest = new Date(now.getTime() + 120_000);
const roles: readonly Role[] = ['OWNER', 'ADMIN', 'MEMBER'];

const policies = { postPolicy: 'EVERYONE', invitePolicy: 'ADMINS', pinPolicy: 'ADMINS', mentionPolicy: 'ADMINS' } as const;

interface Case {
  readonly role?: Role;
  readonly muted?: Date;
  readonly group?: Partial<PermissionRequest['group']>;
  readonly to?: Role;
}

function wish({ role = 'MEMBER', muted, group, to }: Case): PermissionRequest {
  const access: MemberStatus = { role, mutedUntil: muted ?? null };
  const rules = { ...policies, mutedUntil: null, memberCount: 3, ...group };
  return { group: rules, access, now, ...(to !== undefined && { to: { role: to } }) };
}

describe('the table of permissions', () => {
  it('allows the owner every action on members, and not to leave', () => {
    for (const action of groupActions)
      expect(answerTo(action, wish({ role: 'OWNER', to: 'MEMBER' })), action).toBe(
        action === 'LEAVE_GROUP' ? 'OWNER_MUST_TRANSFER' : 'ALLOWED',
      );
  });

  it('allows nobody an action on the owner', () => {
    const done = groupActions.filter((action) => 'to' in permissions[action]);
    expect(done).toEqual(['REMOVE_MEMBERS', 'BAN_MEMBERS', 'MUTE_MEMBERS', 'SET_ROLES', 'TRANSFER_OWNERSHIP']);
    for (const action of done) for (const role of roles) expect(answerTo(action, wish({ role, to: 'OWNER' })), action).toBe('FORBIDDEN');
  });

  it('follows the setting that an action depends on', () => {
    for (const action of groupActions) {
      const { policy, by } = permissions[action];
      if (policy === null) continue;
      for (const value of groupPolicies)
        for (const role of roles) expect(answerTo(action, wish({ role, group: { [policy]: value } })), action).toBe(by[value][role]);
    }
  });

  it('answers the same for an action that depends on no setting, whatever the settings', () => {
    for (const action of groupActions) {
      const { policy, by } = permissions[action];
      if (policy === null) expect(new Set(groupPolicies.map((value) => JSON.stringify(by[value]))).size, action).toBe(1);
    }
  });

  it('allows the last member to leave, even the owner', () => {
    expect(answerTo('LEAVE_GROUP', wish({ role: 'OWNER', group: { memberCount: 1 } }))).toBe('ALLOWED');
  });

  it('lists the actions on each member, including the viewer themselves', () => {
    const to = (by: Role, of: Role) => allowedTo(wish({ role: by }), { role: of });
    const below = ['REMOVE_MEMBERS', 'BAN_MEMBERS', 'MUTE_MEMBERS', 'SET_ROLES'];
    expect(roles.map((of) => to('OWNER', of))).toEqual([[], [...below, 'TRANSFER_OWNERSHIP'], [...below, 'TRANSFER_OWNERSHIP']]);
    expect(roles.map((of) => to('ADMIN', of))).toEqual([[], ['SET_ROLES'], below]);
    expect(roles.map((of) => to('MEMBER', of))).toEqual([[], [], []]);
  });

  it('has a sentence for every action', () => {
    for (const action of groupActions) expect(permissions[action].says, action).toMatch(/^[A-Z].+\.$/);
  });
});

describe('a muted user', () => {
  it('cannot post, and can do everything else', () => {
    const muted = allowedActions(wish({ muted: later }));
    expect(muted).toEqual(allowedActions(wish({})).filter((action) => action !== 'POST'));
    expect(answerTo('POST', wish({ muted: later }))).toBe('MUTED');
  });

  it('can post again once the time has come', () => {
    expect(answerTo('POST', wish({ muted: before }))).toBe('ALLOWED');
    expect(answerTo('POST', wish({ muted: now }))).toBe('ALLOWED');
  });

  it('is everyone in a muted group except its owner and admins', () => {
    const answers = roles.map((role) => answerTo('POST', wish({ role, group: { mutedUntil: later } })));
    expect(answers).toEqual(['ALLOWED', 'ALLOWED', 'MUTED']);
  });

  it('is muted until the later of the two times', () => {
    expect(mutedUntil(wish({ muted: later, group: { mutedUntil: latest } }))).toEqual(latest);
    expect(mutedUntil(wish({ muted: latest, group: { mutedUntil: later } }))).toEqual(latest);
    expect(mutedUntil(wish({ role: 'ADMIN', muted: later, group: { mutedUntil: latest } }))).toEqual(later);
    expect(mutedUntil(wish({}))).toBeNull();
  });
});

describe('the remaining time', () => {
  it('is in ms, and at most what an Int can hold', () => {
    expect(msUntil(later, now)).toBe(60_000);
    expect(msUntil(new Date('9999-12-31T23:59:59.999Z'), now)).toBe(2_147_483_647);
  });
});
