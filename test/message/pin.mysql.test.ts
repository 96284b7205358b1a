import { describe } from 'vitest';
import { mysqlDb } from '../support/db.ts';
import { promisesOfPins } from './pin.contract.ts';

describe('pins on MariaDB', () => promisesOfPins(mysqlDb));
