import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfBlocks } from './block.contract.ts';

describe('blocks on MariaDB', () => promisesOfBlocks(mysqlDb));
