import type { Written } from './import-world.ts';

/** A time of a day in March 2021. */
export const march = (day: number, time = '09:00:00Z') => `2021-03-${String(day).padStart(2, '0')}T${time}`;

let made = 0;

/** Three users with names of their own, two of them in a direct conversation, all of them in a group, without messages. */
export function threeUsers() {
  made += 1;
  const [ann, ben, cy] = [`ann.${made}`, `ben.${made}`, `cy.${made}`] as const;
  const name = `Group ${made}`;
  const users = [ann, ben, cy].map((handle) => ({ kind: 'user', id: handle, handle, createdAt: march(1) }));
  const direct = { kind: 'direct', id: `d${made}`, users: [ann, ben], createdAt: march(1) };
  const group = {
    ...{ kind: 'group', id: `g${made}`, name, createdAt: march(1), joinPolicy: 'OPEN' },
    members: [
      { user: ann, role: 'OWNER' },
      { user: ben, role: 'ADMIN' },
      { user: cy, nickname: 'The third' },
    ],
  };
  let said = 0;
  function say(sender: string, day: number, rest: Written = {}): Written & { readonly id: string } {
    said += 1;
    return { kind: 'message', id: `m${said}`, conversation: group.id, sender, sentAt: march(day), text: `text ${said}`, ...rest };
  }
  return { ...{ ann, ben, cy, name, users, direct, group, say }, start: [...users, direct, group] as readonly Written[] };
}
