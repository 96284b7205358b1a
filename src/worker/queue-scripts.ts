// The queue's operations inside Redis. All keys share a hash tag, so that a Redis Cluster keeps them in one place:
//   {tag}             the Redis stream of items: s (the log's stream), u (its head). Done items are deleted, so its length counts
//                     what waits or is under way
//   {tag}:lead        who is the relay
//   {tag}:born        when the queue was first written, in ms of Redis' clock
//   {tag}:held:<id>   who holds a stream of the log: the consumer's name
//   {tag}:held:<id>:again   set if the stream was handed on meanwhile

/** The consumer group. */
export const group = 'workers';

// The suffix of a hold's key.
const again = ':again';

const words = `
local queue = KEYS[1]
local function ensure()
  if redis.call('EXISTS', queue) == 0 then redis.call('XGROUP', 'CREATE', queue, '${group}', '0', 'MKSTREAM') end
end
local function remove(id)
  redis.call('XACK', queue, '${group}', id)
  redis.call('XDEL', queue, id)
end
`;

/**
 * Keys: queue, lead, born. Arguments: consumer, lease in ms, grace in ms. Returns {state, length}; state 0: another is the relay, or it is
 * too early; 1: still this one; 2: newly this one.
 */
export const leadScript = `${words}
ensure()
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local born = tonumber(redis.call('GET', KEYS[3]))
if not born or born > now then
  born = now
  redis.call('SET', KEYS[3], born)
end
if now - born < tonumber(ARGV[3]) then return {0, 0} end
local holder = redis.call('GET', KEYS[2])
if holder and holder ~= ARGV[1] then return {0, 0} end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return {holder and 1 or 2, redis.call('XLEN', queue)}
`;

/** Key: queue. Arguments: stream, head, stream, head … */
export const putScript = `${words}
ensure()
for at = 1, #ARGV, 2 do redis.call('XADD', queue, '*', 's', ARGV[at], 'u', ARGV[at + 1]) end
return 1
`;

/**
 * Keys: queue, holds. Arguments: consumer, ms, items. Returns for each 1, or 0 if it is held. In that case the item is removed, and the
 * holder hands it on again when it is done, since it may have read the log before the entries that the item is about.
 */
export const holdScript = `${words}
local taken = {}
for at = 2, #KEYS do
  local holder = redis.call('GET', KEYS[at])
  if holder then
    taken[at - 1] = 0
    remove(ARGV[at + 1])
    redis.call('SET', KEYS[at] .. '${again}', 1, 'PX', ARGV[2])
  else
    taken[at - 1] = 1
    redis.call('SET', KEYS[at], ARGV[1], 'PX', ARGV[2])
  end
end
return taken
`;

/**
 * Keys: queue, holds. Arguments: consumer, ms, items. Returns for each 1, or 0 if it is lost. A hold that Redis has forgotten is taken
 * again.
 */
export const keepScript = `${words}
ensure()
local kept = {}
for at = 2, #KEYS do
  local holder = redis.call('GET', KEYS[at])
  kept[at - 1] = 0
  if not holder or holder == ARGV[1] then
    redis.call('SET', KEYS[at], ARGV[1], 'PX', ARGV[2])
    redis.call('XCLAIM', queue, '${group}', ARGV[1], 0, ARGV[at + 1], 'JUSTID')
    kept[at - 1] = 1
  end
end
return kept
`;

/** Keys: queue, hold. Arguments: consumer, item. Hands the stream on again if it was handed on meanwhile. */
export const doneScript = `${words}
local entry = redis.call('XRANGE', queue, ARGV[2], ARGV[2])[1]
remove(ARGV[2])
if redis.call('GET', KEYS[2]) == ARGV[1] then
  redis.call('DEL', KEYS[2])
  if redis.call('DEL', KEYS[2] .. '${again}') == 1 and entry then redis.call('XADD', queue, '*', unpack(entry[2])) end
end
return 1
`;

// Hands on again what is assigned to a consumer, except for what it holds, and releases the holds of those streams. The holds share the
// queue's hash tag, so a cluster keeps them here too.
const handingBack = `
ensure()
local heldItems, heldStreams = {}, {}
for at = 3, #ARGV, 2 do
  heldItems[ARGV[at]] = true
  heldStreams[ARGV[at + 1]] = true
end
local from = '-'
repeat
  local assigned = redis.call('XPENDING', queue, '${group}', from, '+', 1000, ARGV[1])
  for _, pending in ipairs(assigned) do
    local id = pending[1]
    from = '(' .. id
    if not heldItems[id] then
      local entry = redis.call('XRANGE', queue, id, id)[1]
      remove(id)
      if entry then
        local stream = entry[2][2]
        local hold = ARGV[2] .. stream
        if not heldStreams[stream] and redis.call('GET', hold) == ARGV[1] then redis.call('DEL', hold) end
        redis.call('XADD', queue, '*', unpack(entry[2]))
      end
    end
  end
until #assigned == 0
`;

/**
 * Key: queue. Arguments: consumer, prefix of the holds, then each item that it holds and the item's stream. Hands on again all other items
 * that are assigned to it.
 */
export const handBackRestScript = `${words}${handingBack}
return 1
`;

/** Keys: queue, lead. Arguments: consumer, prefix of the holds. Hands on again what a consumer has taken up, and forgets the consumer. */
export const handBackScript = `${words}${handingBack}
redis.call('XGROUP', 'DELCONSUMER', queue, '${group}', ARGV[1])
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1
`;
