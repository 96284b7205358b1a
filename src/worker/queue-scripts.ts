// What the queue does inside Redis. All keys have one hash tag, so that a cluster has them in one place:
//   {tag}             the stream of what was handed on: s (the log's stream), u (its head). What is done is deleted, so its length is what waits or is under way
//   {tag}:lead        who hands on
//   {tag}:born        when the first of all this was written, in ms of Redis' own clock
//   {tag}:held:<id>   who acts on a stream of the log: the consumer's name
//   {tag}:held:<id>:again   that it was handed on meanwhile

/** The consumers' group. */
export const group = 'workers';

// Behind the key of a hold.
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

/** queue, lead, born; who, lease in ms, grace in ms → {0: it is another, or too early; 1: still; 2: newly, length} */
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

/** queue; stream, head, stream, head … */
export const putScript = `${words}
ensure()
for at = 1, #ARGV, 2 do redis.call('XADD', queue, '*', 's', ARGV[at], 'u', ARGV[at + 1]) end
return 1
`;

/**
 * queue, held …; who, ms, entry … → for each 1, or 0 where it is held: then the entry is removed, and whoever holds it hands it on again when they are done, for they may have looked for
 * the last time before there was what it is about.
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

/** queue, held …; who, ms, entry … → for each 1, or 0 where it is lost. One that nobody holds was forgotten by Redis, and is held again. */
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

/** queue, held; who, entry. What was handed on meanwhile is handed on again. */
export const doneScript = `${words}
local entry = redis.call('XRANGE', queue, ARGV[2], ARGV[2])[1]
remove(ARGV[2])
if redis.call('GET', KEYS[2]) == ARGV[1] then
  redis.call('DEL', KEYS[2])
  if redis.call('DEL', KEYS[2] .. '${again}') == 1 and entry then redis.call('XADD', queue, '*', unpack(entry[2])) end
end
return 1
`;

/** queue, lead; who, what stands before a stream's id in the name of its hold. Hands on again whatever a consumer has taken up, and lets go of its holds. The holds have the queue's tag, so a cluster has them here too. */
export const handBackScript = `${words}
ensure()
for _, pending in ipairs(redis.call('XPENDING', queue, '${group}', '-', '+', 10000, ARGV[1])) do
  local entry = redis.call('XRANGE', queue, pending[1], pending[1])[1]
  remove(pending[1])
  if entry then
    local held = ARGV[2] .. entry[2][2]
    if redis.call('GET', held) == ARGV[1] then redis.call('DEL', held) end
    redis.call('XADD', queue, '*', unpack(entry[2]))
  end
end
redis.call('XGROUP', 'DELCONSUMER', queue, '${group}', ARGV[1])
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1
`;
