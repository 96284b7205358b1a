import { setTimeout as delay } from 'node:timers/promises';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { DatabaseError } from './database-error.ts';
import { deadlineIn } from './deadline.ts';
import { sqliteConnections } from './sqlite-driver.ts';
import { Transient } from './transient.ts';

// A node that is being restarted has the time of its old process's last moments.
const patienceMs = 2_000;
const askAgainMs = 50;

async function tryHold(connection: SqlDriverAdapter): Promise<boolean> {
  try {
    await connection.executeScript('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Transient) return false;
    throw error;
  }
}
