import { defineScript, type Script } from './client.js'

/*
 * The pure functions of src/limits/token-bucket.ts as Lua. Two keys for each API key, with one hash tag:
 *   KEYS[1] hash: `requests` and `tokens` = bucket as "level updatedAt lastFullAt";
 *                 `lease:<id>` = reservation of a running call as "reservedTokens takenAt"
 *   KEYS[2] sorted set: the running calls by the time at which their lease ends
 * Numbers are written by %.0f: Lua's tostring keeps 14 digits only. ARGV[1] is the time, or '' for the server's clock.
 */
const PRELUDE = `
local UNIT, MINUTE = 60000, 60000

local function whole(number) return string.format('%.0f', number) end

local function time(given)
  if given ~= '' then return tonumber(given) end
  local parts = redis.call('TIME')
  return parts[1] * 1000 + math.floor(parts[2] / 1000)
end

local function refill(text, limit, now)
  local capacity = limit * UNIT
  if not text then return { level = capacity, updatedAt = now, fullAt = now } end
  local level, updatedAt, fullAt = string.match(text, '^(%S+) (%S+) (%S+)$')
  level, updatedAt, fullAt = tonumber(level), tonumber(updatedAt), tonumber(fullAt)
  local elapsed = now - updatedAt
  if elapsed < 0 then
    level = math.min(level, capacity)
    if -elapsed <= MINUTE then return { level = level, updatedAt = updatedAt, fullAt = fullAt } end
    return { level = level, updatedAt = now, fullAt = math.min(fullAt, now) }
  end
  level = level + elapsed * limit
  if level < capacity then return { level = level, updatedAt = now, fullAt = fullAt } end
  return { level = capacity, updatedAt = now, fullAt = now }
end

local function bucketText(bucket)
  return string.format('%.0f %.0f %.0f', bucket.level, bucket.updatedAt, bucket.fullAt)
end

local function fullInMs(bucket, limit)
  if limit <= 0 then return 0 end
  return math.ceil((limit * UNIT - bucket.level) / limit)
end

-- An idle bucket is full and may be forgotten; a minute more, for clocks that differ, and never earlier than before.
local function keepFor(ms, keys)
  local ttl = ms + MINUTE
  for _, key in ipairs(keys) do ttl = math.max(ttl, redis.call('PTTL', key)) end
  for _, key in ipairs(keys) do redis.call('PEXPIRE', key, whole(ttl)) end
end
`

/**
 * Takes from both buckets and leases a slot, or does nothing.
 * ARGV: time, lease id, rpm, tpm, concurrency (each '' when unlimited), tokens, lease ttl in ms.
 * Reply: what was seen before (time, calls in flight, both buckets or '') and 1 when taken.
 */
export const TAKE: Script = defineScript(`${PRELUDE}
local now, lease = time(ARGV[1]), ARGV[2]
local rpm, tpm, concurrency = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local saved = redis.call('HMGET', KEYS[1], 'requests', 'tokens')

local function take(text, limit, cost)
  if not limit then return nil, true end
  local bucket = refill(text, limit, now)
  local bounded = math.min(math.max(0, math.ceil(cost)), limit)
  bucket.level = bucket.level - bounded * UNIT
  return bucket, cost == cost and limit > 0 and bucket.level >= 0, bounded
end

local requests, requestsPass = take(saved[1], rpm, 1)
local tokens, tokensPass, bounded = take(saved[2], tpm, tonumber(ARGV[6]))
local inFlight = 0
if concurrency then inFlight = redis.call('ZCOUNT', KEYS[2], '(' .. whole(now), '+inf') end
local taken = requestsPass and tokensPass and (not concurrency or inFlight < concurrency)
local reply = { whole(now), inFlight, saved[1] or '', saved[2] or '', taken and 1 or 0 }
if not taken then return reply end

local idleInMs, fields = 0, {}
local function keep(field, bucket, limit, before)
  if bucket then
    fields[#fields + 1], fields[#fields + 2] = field, bucketText(bucket)
    idleInMs = math.max(idleInMs, fullInMs(bucket, limit))
  elseif before then redis.call('HDEL', KEYS[1], field) end
end
keep('requests', requests, rpm, saved[1])
keep('tokens', tokens, tpm, saved[2])
if tokens then
  fields[#fields + 1], fields[#fields + 2] = 'lease:' .. lease, whole(bounded) .. ' ' .. whole(now)
end
if #fields > 0 then redis.call('HSET', KEYS[1], unpack(fields)) end

if tokens or concurrency then
  -- Leases that nobody returned; some at a time, so that no call pays for all.
  for _, lost in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', whole(now - MINUTE), 'LIMIT', 0, 100)) do
    redis.call('ZREM', KEYS[2], lost)
    redis.call('HDEL', KEYS[1], 'lease:' .. lost)
  end
  redis.call('ZADD', KEYS[2], whole(now + tonumber(ARGV[7])), lease)
  idleInMs = math.max(idleInMs, tonumber(ARGV[7]))
end
keepFor(idleInMs, KEYS)
return reply
`)

/**
 * Returns the slot of a lease and reconciles its reservation, once.
 * ARGV: time, lease id, tpm ('' when unlimited), tokens used. Reply: 1 when the lease was there.
 */
export const FINISH: Script = defineScript(`${PRELUDE}
local MAX_DEBT_MINUTES = 60
local now, field = time(ARGV[1]), 'lease:' .. ARGV[2]
if redis.call('ZREM', KEYS[2], ARGV[2]) == 0 then return 0 end
local tpm = tonumber(ARGV[3])
if not tpm then return 1 end
local saved = redis.call('HMGET', KEYS[1], field, 'tokens')
local reservation = saved[1]
if not reservation then return 1 end
redis.call('HDEL', KEYS[1], field)
local reserved, takenAt = string.match(reservation, '^(%S+) (%S+)$')
local units = tonumber(reserved) - tonumber(ARGV[4])
local bucket = refill(saved[2], tpm, now)
if units <= 0 or bucket.fullAt <= tonumber(takenAt) then
  local capacity = tpm * UNIT
  bucket.level = math.min(math.max(-MAX_DEBT_MINUTES * capacity, bucket.level + units * UNIT), capacity)
end
redis.call('HSET', KEYS[1], 'tokens', bucketText(bucket))
keepFor(fullInMs(bucket, tpm), { KEYS[1] })
return 1
`)

/**
 * Gives a lease that has not ended its whole time again. ARGV: time, lease id, lease ttl in ms. Reply: 1 when it was there.
 */
export const RENEW: Script = defineScript(`${PRELUDE}
local now, ttl = time(ARGV[1]), tonumber(ARGV[3])
local endsAt = redis.call('ZSCORE', KEYS[2], ARGV[2])
if not endsAt or tonumber(endsAt) <= now then return 0 end
redis.call('ZADD', KEYS[2], whole(now + ttl), ARGV[2])
keepFor(ttl, KEYS)
return 1
`)
