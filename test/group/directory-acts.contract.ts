import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { JoinPolicy } from '../../src/group/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { randomFrom } from '../support/random.ts';
import { refusal, type TalkWorld, talkOn } from './talk-world.ts';

/** What should be known of an existing group. */
interface Known {
  readonly name: string;
  readonly joinPolicy: JoinPolicy;
  readonly listed: boolean;
}

const names = ['chess club', 'chess', 'Club 太郎', '👑'] as const;
const policies = ['OPEN', 'APPROVAL', 'INVITE_ONLY'] as const;
const searches = ['chess', 'club', 'cl che', '太'];

/** Random acts of Ada, with their expected results. */
function actsAt(world: TalkWorld, { ada, cy, random }: { readonly ada: Viewer; readonly cy: Viewer; readonly random: () => number }) {
  const groups = new Map<bigint, Known>();
  const pick = <T>(of: readonly [T, ...T[]]): T => of[Math.floor(random() * of.length)] ?? of[0];

  async function create(): Promise<void> {
    const joinPolicy = pick(policies);
    const made = { name: pick(names), joinPolicy, listed: joinPolicy !== 'INVITE_ONLY' && random() < 0.5 };
    groups.set((await world.groups.create(ada, made)).id, made);
  }

  async function change(groupId: bigint, before: Known): Promise<void> {
    const wanted = {
      ...(random() < 0.4 && { name: pick(names) }),
      ...(random() < 0.4 && { joinPolicy: pick(policies) }),
      ...(random() < 0.6 && { listed: random() < 0.5 }),
    };
    const after = { ...before, ...wanted };
    const closed = after.joinPolicy === 'INVITE_ONLY';
    const act = world.groups.update(ada, { groupId, ...wanted });
    if (closed && wanted.listed) {
      expect(await refusal(act)).toEqual({ code: 'INVALID_INPUT', field: ['listed'] });
      return;
    }
    await act;
    groups.set(groupId, { ...after, listed: after.listed && !closed });
  }

  const acts = {
    create,
    change,
    async unlist(groupId: bigint, before: Known) {
      await world.groupAdministration.unlist({ groupId });
      groups.set(groupId, { ...before, listed: false });
    },
    async ban(groupId: bigint) {
      await world.groups.removeMember(ada, { groupId, userId: cy.userId, ban: true });
    },
    async dissolve(groupId: bigint) {
      await world.groups.dissolve(ada, { groupId });
      groups.delete(groupId);
    },
    async dissolveFromOutside(groupId: bigint) {
      await world.groupAdministration.dissolve({ groupId });
      groups.delete(groupId);
    },
  };
  const often = ['create', 'create', 'change', 'change', 'change', 'unlist', 'ban', 'dissolve', 'dissolveFromOutside'] as const;

  /** Does one act, and returns its name. */
  async function step(): Promise<string> {
    const standing = [...groups];
    const chosen = standing[Math.floor(random() * standing.length)];
    const what = pick(often);
    if (chosen === undefined) await create();
    else await acts[what](...chosen);
    return `${what} ${chosen?.[0]}`;
  }

  return { groups, step };
}

/** What the directory promises whatever happens to groups, on a database of its own. */
export function promisesOfTheDirectoryAtEachStep(open: () => Promise<Db>): void {
  test('exactly the listed groups are found after each random act, and only their terms are kept', async () => {
    await using world = talkOn(await open());
    const seed = randomInt(1, 2 ** 31);
    const [ada, bob, cy] = await world.people();
    const { groups, step } = actsAt(world, { ada, cy, random: randomFrom(seed) });
    const { joining } = world.node({ searchesPerMinute: 100_000 });

    async function found(viewer: Viewer, search: string | null): Promise<readonly bigint[]> {
      const read = await joining.directory(viewer, search);
      const ids: bigint[] = [];
      for (let after: string | undefined, more = true; more; ) {
        const page = await read({ first: 2, after });
        ids.push(...page.items.map(({ group }) => group.id));
        after = page.items.at(-1)?.key;
        more = page.hasNextPage;
      }
      return ids;
    }

    const done: string[] = [];
    for (let steps = 0; steps < 60; steps += 1) {
      done.push(await step());
      const told = `seed ${seed}: ${done.join(', ')}`;
      const listed = [...groups].filter(([, group]) => group.listed).toReversed();
      const ids = listed.map(([id]) => id);
      for (const viewer of [bob, cy]) expect(await found(viewer, null), told).toEqual(ids);
      for (const search of searches) {
        const parts = search.split(' ');
        const named = listed.filter(([, { name }]) => parts.every((part) => name.toLowerCase().includes(part)));
        expect(new Set(await found(bob, search)), `${told}; ${search}`).toEqual(new Set(named.map(([id]) => id)));
      }
      const kept = await world.db.client.groupTerm.findMany({ distinct: ['conversationId'], select: { conversationId: true } });
      expect(new Set(kept.map(({ conversationId }) => conversationId)), told).toEqual(new Set(ids));
    }
  });
}
