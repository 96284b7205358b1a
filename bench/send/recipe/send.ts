import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { Prisma, PrismaClient } from './generated/prisma/client.ts';

/** A message to store, and its sender. */
export interface Sent {
  readonly conversationId: bigint;
  readonly senderId: bigint;
  readonly clientMessageId: string;
  readonly text: string;
}

/** A stored message. */
export interface Stored extends Sent {
  readonly id: bigint;
  readonly seq: number;
  readonly sentAt: Date;
}

/** The recipe's database, as a GraphQL resolver calls it. */
export interface RecipeDatabase extends AsyncDisposable {
  /** Stores a message, or finds the one that this sender stored under the same clientMessageId. Throws if the sender is not a member. */
  send(sent: Sent): Promise<Stored>;
  isMember(conversationId: bigint, userId: bigint): Promise<boolean>;
}

// Prisma's default of 2 s gives "unable to start a transaction in the given time" at 256 in flight. With this bound the server answers late
// instead.
const patienceMs = 60_000;

/** Opens the recipe's database with Prisma's own adapter and pool, configured as its documentation does. */
export function openRecipeDatabase(url: string, connectionLimit: number): RecipeDatabase {
  const { hostname: host, port, pathname } = new URL(url);
  const adapter = new PrismaMariaDb({
    ...{ host, port: Number(port), user: 'root', database: pathname.slice(1) },
    ...{ connectionLimit, acquireTimeout: patienceMs },
  });
  const prisma = new PrismaClient({ adapter, transactionOptions: { maxWait: patienceMs, timeout: patienceMs } });

  async function isMember(conversationId: bigint, userId: bigint): Promise<boolean> {
    return (await prisma.membership.findUnique({ where: { conversationId_userId: { conversationId, userId } } })) !== null;
  }

  /**
   * Reads the membership, assigns the number and writes the message. The conversation's row stays locked from its update to the commit, so
   * that numbers have no gap.
   */
  function store({ conversationId, senderId, clientMessageId, text }: Sent): Promise<Stored> {
    return prisma.$transaction(async (tx) => {
      const member = await tx.membership.findUnique({ where: { conversationId_userId: { conversationId, userId: senderId } } });
      if (member === null) throw new Error('not a member');
      const { lastSeq: seq } = await tx.conversation.update({ where: { id: conversationId }, data: { lastSeq: { increment: 1 } } });
      return tx.message.create({ data: { conversationId, seq, senderId, clientMessageId, text } });
    });
  }

  async function send(sent: Sent): Promise<Stored> {
    const { senderId, clientMessageId } = sent;
    for (;;) {
      try {
        return await store(sent);
      } catch (error) {
        if (!(error instanceof Prisma.PrismaClientKnownRequestError)) throw error;
        if (error.code === 'P2002') {
          return prisma.message.findUniqueOrThrow({ where: { senderId_clientMessageId: { senderId, clientMessageId } } });
        }
        // P2034 is a deadlock or a write conflict: "retry your transaction", says Prisma.
        if (error.code !== 'P2034') throw error;
      }
    }
  }

  return { send, isMember, [Symbol.asyncDispose]: () => prisma.$disconnect() };
}
