import { chanceFrom } from '../fuzz/chance.ts';
import { type Counts, count } from '../fuzz/finding.ts';
import { createKnownValues } from '../fuzz/known-values.ts';
import { type Deeds, deedsAt, type Person } from '../fuzz/people.ts';
import { send } from '../fuzz/sender.ts';
import type { Stores } from '../support/stores.ts';
import { lookAround } from './look.ts';
import { runTwin, type TwinOptions, type TwinReport, type Walk } from './run.ts';
import { type Secrecy, secretActs } from './secret-acts.ts';
import { openWorld, type World } from './world.ts';

const observers = ['ann', 'ben', 'cleo'];
const keepers = ['dan', 'eve', 'admin'];

function peopleIn({ ground }: World, names: readonly string[]): readonly Person[] {
  return ground.people.filter(({ name }) => names.includes(name));
}

type Opened = { readonly openDirectConversation?: { readonly conversationEdge?: { readonly node: { readonly id: string } } | null } };

/** Before there are secrets, all users have written to each other. */
async function talk(world: World, deeds: Deeds): Promise<void> {
  for (const keeper of peopleIn(world, keepers)) {
    for (const observer of peopleIn(world, observers)) {
      const { data } = await deeds.act(keeper, 'openDirectConversation', { userId: observer.id });
      const conversationId = (data as Opened | undefined)?.openDirectConversation?.conversationEdge?.node.id;
      for (const as of [keeper, observer]) await deeds.act(as, 'sendMessage', { conversationId, clientMessageId: 'first', text: 'hello' });
      await deeds.act(keeper, 'markRead', { conversationId, seq: 2 });
    }
  }
}

/**
 * Settings that are no secret, made in both worlds, so that a block of an observer has no visible effect: keepers accept messages from
 * contacts only, have no observer as a contact, show neither read receipts nor when they were last seen, and have sent no contact requests
 * to observers.
 */
async function withdraw(world: World, deeds: Deeds): Promise<void> {
  for (const keeper of peopleIn(world, keepers)) {
    await deeds.act(keeper, 'updateSettings', { messagesFrom: 'CONTACTS', readReceipts: false, lastSeen: false });
    for (const { id } of peopleIn(world, observers)) await deeds.act(keeper, 'removeContact', { userId: id });
  }
}

async function secretly({ one, other, instants, step }: Walk, seed: number, done: Counts): Promise<() => Promise<void>> {
  const lore = createKnownValues();
  const deeds = deedsAt(other.ground.endpoint, lore);
  const known: Secrecy['known'] = { conversations: [], messages: [], groups: [] };
  const chance = chanceFrom(seed + 104_729);
  const plain = deedsAt(one.ground.endpoint, createKnownValues());
  await step.both(async (world) => {
    const own = world === one ? plain : deeds;
    await talk(world, own);
    await withdraw(world, own);
  });
  return async () => {
    await instants.begin();
    const secrecy: Secrecy = { deeds, chance, lore, known, keepers: peopleIn(other, keepers), observers: peopleIn(other, observers) };
    for (let left = chance.whole(0, 3); left > 0; left--) {
      const [what, act] = chance.one(Object.entries(secretActs));
      const keeper = chance.one(secrecy.keepers);
      await act(secrecy, keeper);
      count(done, what);
      if (!chance.odds(0.2)) continue;
      const { data } = await send(other.ground.endpoint, lookAround, keeper.token);
      lore.learn(data, keeper.name);
    }
    await other.settle();
  };
}

/**
 * Sends the same operations to two chats. In one of them, others act in private in ways that the askers must not notice: the answers and
 * events have to be equal.
 */
export async function runSecrets({
  stores: [first, second],
  ...options
}: Pick<TwinOptions, 'seed' | 'operations' | 'tell'> & { readonly stores: readonly [Stores, Stores] }): Promise<
  TwinReport & { readonly secrets: Counts }
> {
  const secrets: Counts = {};
  const report = await runTwin({
    ...options,
    askers: observers,
    operator: false,
    // Everybody has the same password.
    leftOut: ['signIn'],
    meanwhile: (walk) => secretly(walk, options.seed, secrets),
    async open(tell) {
      const parts = { env: {}, listeners: ({ name }: Person) => observers.includes(name), tell };
      return await Promise.all([openWorld({ stores: first, ...parts }), openWorld({ stores: second, ...parts })]);
    },
  });
  return { ...report, secrets };
}
