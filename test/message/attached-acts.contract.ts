import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { ChatError } from '../../src/errors.ts';
import { attachmentKinds, type Message } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { freshKey, type TalkWorld, talkOn } from '../group/talk-world.ts';
import { type AttachedWorld, attachedOn, files, letters } from './attached-world.ts';

const never = new AbortController().signal;

/** A conversation in which users act, and its messages. */
interface Scene {
  readonly conversationId: bigint;
  readonly owner: Viewer;
  readonly other: Viewer;
  readonly guest: Viewer;
  isIn: boolean;
  readonly said: Message[];
}

/** Who does something to which message, with which files. `which` is from 0 to 1. */
interface Step {
  readonly viewer: Viewer;
  readonly message: Message;
  readonly names: readonly string[];
  readonly which: number;
}

type Act = (scene: Scene, step: Step) => Promise<unknown>;

function actsOn(world: TalkWorld, gallery: AttachedWorld) {
  const { messages, groups } = world;
  const acts: Readonly<Record<string, Act>> = {
    async send({ conversationId, said }, { viewer, names }) {
      said.push(await gallery.attach(viewer, conversationId, ...names));
    },
    edit: ({ owner, other }, { message, names }) =>
      messages.edit(message.senderId === owner.userId ? owner : other, { message, text: 'else', attachments: files(...names) }),
    recall: ({ owner }, { message }) => messages.recall(owner, message),
    async forward({ conversationId, said }, { viewer, message }) {
      said.push(await messages.forward(viewer, { message, conversationId, clientMessageId: freshKey() }));
    },
    hide: (_, { viewer, message }) => messages.hide(viewer, message),
    // Clearing removes everything up to the message, so it is limited to the first few.
    async clear({ conversationId }, { viewer, message: { seq }, which }) {
      if (which < 0.2) await messages.clear(viewer, { conversationId, seq });
    },
    async trim({ conversationId }, { message: { seq }, which }) {
      if (which < 0.2) await gallery.trim(conversationId, seq);
    },
    async 'come or go'(scene) {
      const { conversationId: groupId, owner, guest, isIn } = scene;
      if (isIn) await groups.removeMember(owner, { groupId, userId: guest.userId });
      else await groups.addMembers(owner, { groupId, userIds: [guest.userId] });
      scene.isIn = !isIn;
    },
    'be taken back by a node that does not know the list': ({ conversationId }, { message: { seq } }) =>
      gallery.behind((tx) => tx.message.updateMany({ where: { conversationId, seq }, data: { text: '', recalledAt: new Date() } })),
    'be forgotten by the list, and found again': async ({ conversationId }, { message: { seq } }) => {
      await gallery.behind((tx) => tx.attachedMessage.deleteMany({ where: { conversationId, seq } }));
      await messages.repairAttachments({ after: conversationId - 1n, seq: 0, round: 9 }, never);
    },
  };
  return acts;
}

const part = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** Promises that the attachment list matches the history after any acts, on any database. */
export function promiseOfAttachedActs(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it('after any acts the attachment list has what the history has', { timeout: 120_000 }, async () => {
    const gallery = attachedOn(world);
    const acts = actsOn(world, gallery);
    const weights: Readonly<Record<string, number>> = { send: 16, edit: 12, recall: 3, forward: 4, hide: 3, clear: 2, trim: 2 };
    const act = fc.oneof(...Object.keys(acts).map((name) => ({ arbitrary: fc.constant(name), weight: weights[name] ?? 1 })));
    const kinds = fc.array(fc.constantFrom(...letters), { maxLength: 4 });
    const steps = fc.array(fc.record({ act, who: fc.nat(1), which: part, kinds }), { minLength: 15, maxLength: 40, size: 'max' });
    const wanted = fc.subarray([...attachmentKinds], { minLength: 1 });

    /** Plays the steps and returns the scene. */
    async function play(all: typeof steps extends fc.Arbitrary<infer S> ? S : never): Promise<Scene> {
      const [owner, other, guest] = await world.people();
      const conversationId = await world.group(owner, other);
      const scene = { conversationId, owner, other, guest, isIn: false, said: [await gallery.attach(owner, conversationId, 'p', 't')] };
      for (const [at, { act: name, who, which, kinds: own }] of all.entries()) {
        // Prefers later messages: soon nothing is left of the first ones.
        const message = scene.said[Math.floor(Math.sqrt(which) * scene.said.length)];
        if (message === undefined) throw new Error('something was said');
        const step = { viewer: who === 0 ? owner : other, message, names: own.map((kind, place) => `${kind}${at}.${place}`), which };
        // An act that the actor may not do, such as on a hidden or recalled message, is refused.
        await acts[name]?.(scene, step).catch((error: unknown) => expect(error).toBeInstanceOf(ChatError));
      }
      return scene;
    }

    let shown = 0;
    await fc.assert(
      fc.asyncProperty(steps, wanted, fc.integer({ min: 1, max: 7 }), async (all, some, first) => {
        const { conversationId, owner, other, guest, isIn } = await play(all);
        for (const viewer of isIn ? [owner, other, guest] : [owner, other]) {
          const listed = await gallery.listed(viewer, conversationId, some, first);
          expect(listed).toBe(await gallery.counted(viewer, conversationId, some));
          shown += Number(listed !== '');
        }
        await world.messages.repairAttachments({ after: conversationId - 1n, seq: 0, round: 9 }, never);
        expect(await gallery.entered(conversationId)).toEqual(await gallery.toBeEntered(conversationId));
      }),
      { numRuns: 25 },
    );
    // Otherwise only empty lists were compared.
    expect(shown).toBeGreaterThan(25);
  });
}
