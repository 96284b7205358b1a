import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfReactions } from './reaction.contract.ts';

describe('reactions on MariaDB', () => promisesOfReactions(mysqlDb));
