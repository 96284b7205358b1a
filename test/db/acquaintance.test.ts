import { sqliteDb } from '../support/db.ts';
import { acquaintanceContract } from './acquaintance.contract.ts';

acquaintanceContract(sqliteDb);
