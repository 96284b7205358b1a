import { describe, inject } from 'vitest';
import { dbContract } from './contract.ts';
import { freshMysql } from './fresh.ts';

describe('a Db on MySQL', () => dbContract(() => freshMysql(inject('mysqlUrl'))));
