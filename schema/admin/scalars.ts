import { dateTime, jsonObject } from '../scalars.ts';
import { builder } from './builder.ts';

builder.scalarType('DateTime', dateTime);
builder.scalarType('JSONObject', jsonObject);
