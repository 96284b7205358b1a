import { describe, expect, it } from 'vitest';
import type { PushDevice } from '../../src/push/index.ts';
import { mysqlDb } from '../support/db.ts';
import { lockWait } from '../support/lock-wait.ts';
import { pushWorld } from './push-world.ts';
import { promisesOfRegistering } from './register.contract.ts';

describe('registering, on MariaDB', () => {
  promisesOfRegistering(mysqlDb);

  it('a new address is stored, though the old one is deleted at that moment', async () => {
    await using db = await mysqlDb();
    await using world = await pushWorld(db);
    const ben = await world.subscriber();
    let registering: Promise<PushDevice> | undefined;
    await db.transaction(async (tx) => {
      await tx.pushDevice.deleteMany({ where: { userId: ben.userId } });
      registering = world.push.registerWeb(ben, world.service.subscribe());
      await lockWait(db);
    });
    await registering;
    expect(await world.push.devices(ben)).toHaveLength(1);
  });
});
