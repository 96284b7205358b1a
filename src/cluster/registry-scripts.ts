import { tombstoneMs } from './registry.ts';

// The registry's operations inside Redis. One hash holds everything, so that a Redis Cluster keeps it in one place:
//   <nodeId>          a node: {"epoch", "state", "beat", "self", "goneAt"?}. `self`, the node's own report, is a string:
//                     Lua's JSON cannot tell an empty list from an empty object
//   <nodeId>:<epoch>  a takeover of that lease: {"heirId", "heirEpoch"}
//   :born             when the hash was first written, in ms of Redis' clock; set anew if that clock has gone back
// Values that cannot be read count as missing.

const words = `
local key = KEYS[1]
local function read(field)
  local text = redis.call('HGET', key, field)
  if not text then return nil end
  local ok, value = pcall(cjson.decode, text)
  if ok and type(value) == 'table' then return value end
end
local function node(id)
  local record = read(id)
  if record and type(record.epoch) == 'number' and type(record.beat) == 'number' and type(record.state) == 'string' then return record end
end
local function write(field, value) redis.call('HSET', key, field, cjson.encode(value)) end
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function current(id, epoch)
  local record = node(id)
  return record and record.epoch == epoch and record.state ~= 'LEFT'
end
`;

/**
 * Arguments: nodeId, epoch, beat, state, self. Returns {0, the former beat or -1, age in ms, the hash}, or {newer epoch} if the node is
 * fenced.
 */
export const beatScript = `${words}
local id, epoch, beat, state, self = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5]
local old = node(id)
if old and old.epoch > epoch then return {old.epoch} end
local at = now()
redis.call('HSETNX', key, ':born', at)
if not old or old.state ~= 'LEFT' or old.epoch < epoch then
  write(id, {epoch = epoch, beat = beat, state = state, self = self})
end
for _, field in ipairs(redis.call('HKEYS', key)) do
  if not string.find(field, ':', 1, true) then
    local record = node(field)
    if record and record.state == 'GONE' and type(record.goneAt) == 'number' and at - record.goneAt > ${tombstoneMs} then
      redis.call('HDEL', key, field)
    end
  end
end
local born = tonumber(redis.call('HGET', key, ':born'))
if not born or born > at then
  born = at
  redis.call('HSET', key, ':born', born)
end
return {0, old and old.beat or -1, at - born, redis.call('HGETALL', key)}
`;

/** Arguments: nodeId, epoch, beat; the claimer's nodeId and epoch. Returns 1 or 0. */
export const claimScript = `${words}
local id, epoch, beat, byId, byEpoch = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local record = node(id)
if not record or record.epoch ~= epoch or record.beat ~= beat or not current(byId, byEpoch) then return 0 end
if record.state == 'DEAD' or record.state == 'GONE' then return 0 end
record.epoch = epoch + 1
record.state = 'DEAD'
write(id, record)
write(id .. ':' .. epoch, {heirId = byId, heirEpoch = byEpoch})
return 1
`;

/** Arguments: the dead node's nodeId and epoch; the heir's; the claimer's. Returns 1 or 0. */
export const reclaimScript = `${words}
local field, heirId, heirEpoch, byId, byEpoch = ARGV[1] .. ':' .. ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6])
local takeover = read(field)
if not takeover or takeover.heirId ~= heirId or takeover.heirEpoch ~= heirEpoch then return 0 end
if current(heirId, heirEpoch) or not current(byId, byEpoch) then return 0 end
write(field, {heirId = byId, heirEpoch = byEpoch})
return 1
`;

/** Arguments: the dead node's nodeId and epoch; the heir's. Returns 1 or 0. */
export const finishScript = `${words}
local id, epoch, heirId, heirEpoch = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local field = id .. ':' .. ARGV[2]
local takeover = read(field)
if not takeover or takeover.heirId ~= heirId or takeover.heirEpoch ~= heirEpoch then return 0 end
redis.call('HDEL', key, field)
local record = node(id)
if record and record.state == 'DEAD' and record.epoch == epoch + 1 then
  record.state = 'GONE'
  record.goneAt = now()
  write(id, record)
end
return 1
`;

/** Arguments: nodeId, epoch. Returns 1 or 0. */
export const leaveScript = `${words}
local record = node(ARGV[1])
if not record or record.epoch ~= tonumber(ARGV[2]) then return 0 end
record.state = 'LEFT'
write(ARGV[1], record)
return 1
`;
