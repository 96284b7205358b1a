import { setTimeout as delay } from 'node:timers/promises';
import {
  AddMembersDocument,
  AddReactionDocument,
  EditMessageDocument,
  MarkReadDocument,
  PinMessageDocument,
  RecallMessageDocument,
  RemoveMemberDocument,
  RemoveReactionDocument,
  SendMessageDocument,
  UnbanUserDocument,
  UnpinMessageDocument,
} from '../support/generated/graphql.ts';
import type { Outcome } from './attempt.ts';
import { takeTurnsBlocking } from './block.ts';
import { type Called, call } from './call.ts';
import { type Actor, type Cast, placesOf, type Room } from './cast.ts';
import type { Device, Recent } from './device.ts';
import { brief, type History } from './history.ts';
import { keepDoor } from './invites.ts';
import { passCrown } from './ownership.ts';
import { holdBallots } from './polls.ts';
import { ruleRoom } from './rule.ts';
import { saveSome } from './saving.ts';
import { sayLater } from './scheduling.ts';
import { signalOn } from './signalling.ts';
import type { Post } from './stage.ts';
import { writeOn } from './writing.ts';

/** The activity in a run besides the faults. */
export interface Life {
  /** Makes all texts as long as they may be, to overflow a buffer, until the returned function is called. */
  talkLong(): () => void;
  /** Starts nothing new. Resolves once every send is settled and every guest is back, or the time limit is reached. */
  wind(): Promise<void>;
}

/** The parts of a life. `random` returns a number in [0, 1), determined by the seed. */
export interface LifeParts {
  readonly cast: Cast;
  readonly posts: readonly Post[];
  readonly devices: readonly Device[];
  readonly random: () => number;
  readonly history: History;
}

// About 20 messages a second from five users. Two cores handle that easily, so anything late is late because of a fault.
const [leastPauseMs, pauseSpreadMs] = [50, 400];
const [leastRetryMs, retrySpreadMs] = [100, 300];
const [leastStayMs, staySpreadMs] = [800, 3_000];
const windMs = 40_000;
// The longest text has 8,000 code points, of at most 4 bytes each.
const wave = '🌊'.repeat(7_900);

/**
 * Starts the activity: everybody writes, reads, edits, recalls, reacts and pins, and guests are removed and added, until `wind` is called.
 */
export function startLife({ cast, posts, devices, random, history }: LifeParts): Life {
  let going = true;
  let patient = true;
  let sent = 0;
  let edited = 0;
  let long = 0;

  function anyPost(): Post {
    const post = posts[Math.floor(random() * posts.length)];
    if (post === undefined) throw new Error('there are no nodes');
    return post;
  }

  function anyRoom(): Room {
    const room = cast.rooms[Math.floor(random() * cast.rooms.length)];
    if (room === undefined) throw new Error('there are no rooms');
    return room;
  }

  function anyPlace(actor: Actor): { readonly id: string } {
    const places = placesOf(actor, cast);
    const place = places[Math.floor(random() * places.length)];
    if (place === undefined) throw new Error('there is nowhere to talk');
    return place;
  }

  /** Repeats an act, each time on any node, until its outcome is known. */
  async function settle(act: (post: Post, began: number) => Promise<Called<unknown>>): Promise<Outcome> {
    while (patient) {
      const { outcome } = await act(anyPost(), history.now());
      if (outcome !== 'unknown') return outcome;
      await delay(leastRetryMs + retrySpreadMs * random());
    }
    return 'unknown';
  }

  async function say(actor: Actor, { id: conversationId }: { readonly id: string }): Promise<void> {
    sent += 1;
    const key = `${actor.name}-${sent}`;
    const text = long > 0 ? `${key} ${wave}` : `${key} says something`;
    const input = { conversationId, clientMessageId: key, text };
    await settle(async ({ number: node, node: { url } }, began) => {
      const called = await call({ url, token: actor.tokens[0] }, SendMessageDocument, { input }, ({ sendMessage }) => sendMessage.errors);
      const { outcome, code, data } = called;
      const seq = data?.sendMessage.messageEdge?.node.seq;
      history.note({ what: 'send', by: actor.id, stream: conversationId, key, text: brief(text), began, node, outcome, code, seq });
      return called;
    });
  }

  async function unban({ id: groupId, owner, guest }: Room): Promise<void> {
    await settle(({ node: { url } }) =>
      call({ url, token: owner.tokens[0] }, UnbanUserDocument, { input: { groupId, userId: guest.id } }, (data) => data.unbanUser.errors),
    );
  }

  async function change(what: 'removal' | 'addition', { id: stream, owner, guest }: Room, ban = false): Promise<void> {
    await settle(async ({ number: node, node: { url } }, began) => {
      const asking = { url, token: owner.tokens[0] };
      const called =
        what === 'removal'
          ? await call(
              asking,
              RemoveMemberDocument,
              { input: { groupId: stream, userId: guest.id, ban } },
              (data) => data.removeMember.errors,
            )
          : await call(asking, AddMembersDocument, { input: { groupId: stream, userIds: [guest.id] } }, (data) => data.addMembers.errors);
      history.note({ what, stream, user: guest.id, began, node, outcome: called.outcome, code: called.code });
      return called;
    });
  }

  async function mark(
    actor: Actor,
    { id: conversationId }: { readonly id: string },
    { number: node, node: { url } }: Post,
  ): Promise<Called<unknown>> {
    const seq = devices.find(({ user }) => user === actor.id)?.position(conversationId) ?? 0;
    const began = history.now();
    const input = { conversationId, seq };
    const called = await call({ url, token: actor.tokens[0] }, MarkReadDocument, { input }, ({ markRead }) => markRead.errors);
    history.note({ what: 'mark', user: actor.id, stream: conversationId, seq, began, node, outcome: called.outcome, code: called.code });
    return called;
  }

  async function edit(actor: Actor, room: Room, { id: messageId, seq }: Recent): Promise<void> {
    edited += 1;
    // One in six is recalled.
    const text = random() < 1 / 6 ? '' : `${actor.name} says it better, ${edited}`;
    await settle(async ({ number: node, node: { url } }, began) => {
      const asking = { url, token: actor.tokens[0] };
      const called =
        text === ''
          ? await call(asking, RecallMessageDocument, { input: { messageId } }, (data) => data.recallMessage.errors)
          : await call(asking, EditMessageDocument, { input: { messageId, text } }, (data) => data.editMessage.errors);
      const { outcome, code } = called;
      history.note({ what: 'edit', by: actor.id, stream: room.id, seq, text, began, node, outcome, code });
      return called;
    });
  }

  async function react(actor: Actor, room: Room, { id: messageId, seq }: Recent): Promise<void> {
    const emoji = ['👍', '🎉', '❤️'][Math.floor(random() * 3)] ?? '👍';
    const added = random() < 2 / 3;
    await settle(async ({ number: node, node: { url } }, began) => {
      const asking = { url, token: actor.tokens[0] };
      const input = { messageId, emoji };
      const called = added
        ? await call(asking, AddReactionDocument, { input }, (data) => data.addReaction.errors)
        : await call(asking, RemoveReactionDocument, { input }, (data) => data.removeReaction.errors);
      const { outcome, code } = called;
      history.note({ what: 'reaction', by: actor.id, stream: room.id, seq, emoji, added, began, node, outcome, code });
      return called;
    });
  }

  async function pin(actor: Actor, room: Room, { id: messageId, seq }: Recent): Promise<void> {
    const pinned = random() < 2 / 3;
    await settle(async ({ number: node, node: { url } }, began) => {
      const asking = { url, token: actor.tokens[0] };
      const input = { messageId };
      const called = pinned
        ? await call(asking, PinMessageDocument, { input }, (data) => data.pinMessage.errors)
        : await call(asking, UnpinMessageDocument, { input }, (data) => data.unpinMessage.errors);
      const { outcome, code } = called;
      history.note({ what: 'pin', by: actor.id, stream: room.id, seq, pinned, began, node, outcome, code });
      return called;
    });
  }

  /** Changes messages that the actor has received: their own, or anybody's. */
  async function alter(actor: Actor): Promise<void> {
    while (going) {
      await delay((leastPauseMs + pauseSpreadMs * random()) * 2);
      const room = anyRoom();
      const known = devices.find(({ user }) => user === actor.id)?.recent(room.id) ?? [];
      const own = known.filter(({ sender }) => sender === actor.id);
      const [any, mine] = [known, own].map((some) => some[Math.floor(random() * some.length)]);
      const what = random();
      if (mine !== undefined && what < 0.4) await edit(actor, room, mine);
      else if (any !== undefined && what < 0.8) await react(actor, room, any);
      else if (any !== undefined) await pin(room.owner, room, any);
    }
  }

  async function write(actor: Actor): Promise<void> {
    while (going) {
      await delay(leastPauseMs + pauseSpreadMs * random());
      await say(actor, anyPlace(actor));
    }
  }

  async function read(actor: Actor): Promise<void> {
    while (going) {
      await delay((leastPauseMs + pauseSpreadMs * random()) * 2);
      await mark(actor, anyPlace(actor), anyPost());
    }
  }

  async function comeAndGo(room: Room): Promise<void> {
    while (going) {
      await delay(leastStayMs + staySpreadMs * random());
      const ban = random() < 0.5;
      await change('removal', room, ban);
      await delay(leastStayMs + staySpreadMs * random());
      if (ban) await unban(room);
      await change('addition', room);
    }
  }

  const acting = { random, history, going: () => going, settle };
  const all = Promise.all([
    ...[write, read, alter].flatMap((doing) => cast.actors.map(doing)),
    ...cast.rooms.map(comeAndGo),
    ...cast.rooms.map((room) => ruleRoom(acting, room, cast.actors)),
    keepDoor(acting, cast.door, cast.actors),
    passCrown(acting, cast.crown, cast.actors),
    ...cast.actors.map((by) => sayLater(acting, cast.crown, by)),
    ...cast.actors.slice(0, 2).map((by) => holdBallots(acting, cast.crown, by, cast.actors)),
    ...cast.actors.map((by) => writeOn(acting, cast.crown, by)),
    ...cast.actors.flatMap((by) =>
      devices
        .filter(({ user }) => user === by.id)
        .slice(0, 1)
        .map((device) => saveSome(acting, cast.crown, by, device)),
    ),
    ...cast.actors.map((by) => signalOn({ ...acting, anyPost, anyPlace }, by)),
    ...cast.directs.flatMap((direct) => direct.between.map((by) => takeTurnsBlocking(acting, direct, by))),
  ]);
  // `wind` awaits it. This avoids an unhandled rejection until then.
  all.catch(() => undefined);
  return {
    talkLong() {
      long += 1;
      return () => {
        long -= 1;
      };
    },
    async wind() {
      going = false;
      const timer = setTimeout(() => (patient = false), windMs);
      await all;
      clearTimeout(timer);
      patient = true;
    },
  };
}
