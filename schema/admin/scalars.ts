import { dateTime } from '../scalars.ts';
import { builder } from './builder.ts';

builder.scalarType('DateTime', dateTime);
