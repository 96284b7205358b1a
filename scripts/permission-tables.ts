import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { groupPolicies, type Role } from '../src/group/conversation.ts';
import {
  type Answer,
  type GroupAction,
  groupActions,
  type Joining,
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

function answer(given: Answer | Joining): string {
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
    ...(alone === undefined ? [] : [['', 'alone in it', ...roles.map((role) => answer(alone[role])), muted]]),
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
  ['names the group', 'BY_ID', 'STRANGER'],
  ['names the group, and is banned', 'BY_ID', 'BANNED'],
  ['has an invitation', 'BY_CODE', 'STRANGER'],
  ['has an invitation, and is banned', 'BY_CODE', 'BANNED'],
] as const;
const becomes: Readonly<Partial<Record<Joining, string>>> = { JOINS: 'joins', ASKS: 'asks to join' };

function text(): string {
  const policies = Object.keys(joining) as (keyof typeof joining)[];
  return `# Who may do what in a group

Printed from \`src/group/permission.ts\` by \`npm run docs\`: change it there. Every mutation decides by that table inside the transaction that stores what it does, and
\`Group.viewerMay\` and \`Membership.viewerMay\` show what it comes to for whoever asks, so that a client shows the buttons that work and needs no rules of its own.

Whoever is not in a group gets \`NOT_FOUND\` for all of it, as for a group that there is not; who operates the system acts [from outside](operators/groups.md), whatever the table says. In direct conversations nothing of this counts: both may do all that there is to do.

## By role and setting

"while muted" is what somebody is answered until their own mute ends; while everyone is muted, members are, and the owner and the admins are not. Slow mode makes members wait, and
answers \`RATE_LIMITED\`. What one has said oneself one may take back for some time, and see the earlier texts of, whatever the table says.

${table(['action', 'setting', 'owner', 'admin', 'member', 'while muted'], groupActions.flatMap(rowsOf))}

Of the settings themselves, what only the owner may do is given and taken by the owner alone: an admin who sets a policy to \`OWNER\`, or changes one that is \`OWNER\`, gets \`FORBIDDEN\`.

## To whom

What is done to a member depends on their role as well. Nobody removes, bans or mutes themselves; an admin may stop being one. Somebody who is not in the group is banned and unbanned by whoever
may ban members.

${table(['action', 'done by', 'to the owner', 'to an admin', 'to a member'], groupActions.flatMap(rowsTo))}

## Coming in

${table(
  ['who', ...policies.map((policy) => `\`joinPolicy: ${policy}\``)],
  joiners.map(([who, way, as]) => [
    who,
    ...policies.map((policy) => becomes[joining[policy][way][as]] ?? answer(joining[policy][way][as])),
  ]),
)}

Whoever is banned cannot be added either: \`FORBIDDEN\`, until they are unbanned.
`;
}

const before = await readFile(page, 'utf8').catch(() => '');
const after = text();
if (before !== after && process.argv.includes('--check')) {
  console.error('docs/permissions.md is not what src/group/permission.ts says: run npm run docs');
  process.exitCode = 1;
} else if (before !== after) {
  await writeFile(page, after);
}
