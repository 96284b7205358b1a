import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { groupPolicies, type Role } from '../src/group/conversation.ts';
import {
  type Answer,
  type GroupAction,
  groupActions,
  type JoinAnswer,
  joining,
  type Permission,
  permissions,
} from '../src/group/permission.ts';

const page = join(import.meta.dirname, '../docs/permissions.md');
const roles: readonly Role[] = ['OWNER', 'ADMIN', 'MEMBER'];

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function answer(given: Answer | JoinAnswer): string {
  return given === 'ALLOWED' ? 'yes' : `\`${given}\``;
}

function rowsOf(action: GroupAction): readonly (readonly string[])[] {
  const { policy, by, whileMuted, alone }: Permission = permissions[action];
  const muted = whileMuted === undefined ? '' : answer(whileMuted);
  const always = policy === null;
  const values = always ? groupPolicies.slice(0, 1) : groupPolicies;
  return [
    ...values.map((value, place) => [
      place === 0 ? `\`${action}\`` : '',
      always ? '' : `\`${policy}: ${value}\``,
      ...roles.map((role) => answer(by[value][role])),
      muted,
    ]),
    ...(alone === undefined ? [] : [['', 'the only member', ...roles.map((role) => answer(alone[role])), muted]]),
  ];
}

function rowsTo(action: GroupAction): readonly (readonly string[])[] {
  const { to }: Permission = permissions[action];
  if (to === undefined) return [];
  return roles.map((by, place) => [
    place === 0 ? `\`${action}\`` : '',
    by.toLowerCase(),
    ...roles.map((role) => answer(permissions[action].by.EVERYONE[by] === 'ALLOWED' ? to[by][role] : permissions[action].by.EVERYONE[by])),
  ]);
}

const joiners = [
  ['the id of the group', 'BY_ID', 'STRANGER'],
  ['the id of the group, and is banned', 'BY_ID', 'BANNED'],
  ['an invite', 'BY_CODE', 'STRANGER'],
  ['an invite, and is banned', 'BY_CODE', 'BANNED'],
] as const;
const becomes: Readonly<Partial<Record<JoinAnswer, string>>> = { JOINS: 'joins', ASKS: 'asks to join' };

function text(): string {
  const policies = Object.keys(joining) as (keyof typeof joining)[];
  return `# Who may do what in a group

This page is printed from \`src/group/permission.ts\` by \`npm run docs\`. Change that file, not this page.

- Every mutation checks these tables inside the transaction that stores its result.
- \`Group.viewerMay\` and \`Membership.viewerMay\` list what the viewer may do. So a client can show the right buttons without rules of its own.
- A user who is not in a group gets \`NOT_FOUND\` for every action, as for a group that does not exist.
- The tables are not for operators, who have [mutations of their own](operators/groups.md), nor for direct conversations, where both users may do everything.

## By role and setting

- *while muted* is what a muted member gets until their mute ends. If the whole group is muted, members get it, but not the owner and the admins.
- In slow mode, a member who sends again too early gets \`RATE_LIMITED\`.
- Senders may recall their own messages for some time (\`RECALL_WINDOW_SECONDS\`), and see the earlier texts of their own messages.

${table(['action', 'setting', 'owner', 'admin', 'member', 'while muted'], groupActions.flatMap(rowsOf))}

Only the owner can set a policy to \`OWNER\`, or change one that is \`OWNER\`. An admin who tries gets \`FORBIDDEN\`.

## To whom

For some actions, the role of the other member counts too.

- Nobody can remove, ban or mute themselves. An admin can make themselves a member.
- Whoever may ban members may also ban and unban users who are not in the group.

${table(['action', 'done by', 'to the owner', 'to an admin', 'to a member'], groupActions.flatMap(rowsTo))}

## Joining

${table(
  ['a user who has', ...policies.map((policy) => `\`joinPolicy: ${policy}\``)],
  joiners.map(([who, way, as]) => [
    who,
    ...policies.map((policy) => becomes[joining[policy][way][as]] ?? answer(joining[policy][way][as])),
  ]),
)}

A banned user cannot be added by members either: that is \`FORBIDDEN\` until they are unbanned.
`;
}

const before = await readFile(page, 'utf8').catch(() => '');
const after = text();
if (before !== after && process.argv.includes('--check')) {
  console.error('docs/permissions.md differs from src/group/permission.ts: run npm run docs');
  process.exitCode = 1;
} else if (before !== after) {
  await writeFile(page, after);
}
