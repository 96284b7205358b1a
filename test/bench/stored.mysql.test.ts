import { expect, inject, it } from 'vitest';
import { prepareRecipe } from '../../bench/send/recipe/prepare.ts';
import { openRecipeDatabase } from '../../bench/send/recipe/send.ts';
import { verifyStored } from '../../bench/send/stored.ts';
import { newDatabase, openSql } from '../../bench/support/database.ts';

it('finds every difference between what was acknowledged and what is stored', async () => {
  const url = await newDatabase(inject('mysqlUrl'));
  await prepareRecipe(url, { rooms: 2, members: 1 });
  const recipe = openRecipeDatabase(url, 3);
  const sql = await openSql(url);
  await using _closing = {
    async [Symbol.asyncDispose]() {
      await recipe[Symbol.asyncDispose]();
      await sql.query(`DROP DATABASE ${new URL(url).pathname.slice(1)}`);
      await sql.end();
    },
  };
  const numbers: number[] = [];
  for (const clientMessageId of ['a', 'b', 'c', 'c']) {
    numbers.push((await recipe.send({ conversationId: 1n, senderId: 1n, clientMessageId, text: 'Hello' })).seq);
  }
  expect(numbers).toEqual([1, 2, 3, 3]);
  await expect(recipe.send({ conversationId: 1n, senderId: 2n, clientMessageId: 'd', text: 'Hello' })).rejects.toThrow('not a member');

  const nothing = { count: 0, sum: 0 };
  const verify = (count: number, sum: number) => verifyStored(sql, ['1', '2'], [{ count, sum }, nothing]);
  await expect(verify(3, 6)).resolves.toBeUndefined();
  await expect(verify(4, 10)).rejects.toThrow('4 messages were acknowledged, 3 are stored');
  await expect(verify(2, 3)).rejects.toThrow('2 messages were acknowledged, 3 are stored');
  await sql.query('DELETE FROM Message WHERE seq = 2');
  await expect(verify(2, 4)).rejects.toThrow('leave a hole');
});
