import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfWhatWaits } from './waiting.contract.ts';

describe('what waits on MariaDB', () => promisesOfWhatWaits(mysqlDb));
