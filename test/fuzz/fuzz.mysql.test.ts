import { fuzzContract } from './fuzz.contract.ts';

fuzzContract();
