-- Step 4 of the purchase line where several processes sell: one step on one item's keys. The same rules as gate-memory.ts.
--
-- KEYS  gate: version, available, epoch, given, units (in flight), server; claims: id -> "units sequence at owner";
--       waiting: "at owner quantity sequence id" by sequence, for claims that found nothing left while others are in flight.
-- ARGV  channel, operation, then what the operation needs. What there may be many of travels in one text: a client pays for each
--       argument and each element of an answer. Answers false where the item has to be loaded, else "version available epoch units" first.
-- Times are Redis's own. No key is the only copy of anything: whatever is lost is loaded from PostgreSQL again.
local gate, claims, waiting = KEYS[1], KEYS[2], KEYS[3]
local channel, operation = ARGV[1], ARGV[2]
local EPOCH_SIZE, GIVEN_MAX = 4294967296, 2147483647
local CLAIMS_MAX, WAITING_MAX, SERVED_MAX, WAIT_MS_MAX = 100000, 20000, 200, 1000
local SCAN_ROUNDS, SCAN_COUNT, OVERDUE_MAX = 20, 500, 200
local KEEP_MS = 600000

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- The server by the name that changes whenever one restarts or another becomes master: what it knows may then be old.
local function server_name()
  local info = redis.pcall('INFO', 'replication')
  return type(info) == 'string' and string.match(info, 'master_replid:(%x+)') or '-'
end

local function text(number) return string.format('%.0f', number) end

local state = redis.call('HMGET', gate, 'version', 'available', 'epoch', 'given', 'units', 'server')
local version, available, epoch, given, units =
  tonumber(state[1]), tonumber(state[2]), tonumber(state[3]), tonumber(state[4]), tonumber(state[5])
local is_known = epoch ~= nil and state[6] == server_name() and (units == 0 or redis.call('EXISTS', claims) == 1)
local grants = {}

local function claim_text(quantity, sequence, owner)
  return quantity .. ' ' .. text(sequence) .. ' ' .. now .. ' ' .. owner
end

local function sequence_of(claim) return tonumber(string.match(claim, '^%d+ (%d+)')) end

local function next_sequence()
  given = math.min(given + 1, GIVEN_MAX)
  return epoch * EPOCH_SIZE + given
end

-- Those who wait get what is left, first come first. More than is left and nobody in flight: PostgreSQL decides.
local function serve_waiting()
  if units > 0 and available <= units then return end
  local present = redis.call('ZRANGE', waiting, 0, SERVED_MAX - 1, 'WITHSCORES')
  for i = 1, #present, 2 do
    if units > 0 and available <= units then return end
    local at, owner, quantity, id = string.match(present[i], '^(%d+) (%S+) (%d+) %d+ (.*)$')
    local sequence, wanted = tonumber(present[i + 1]), tonumber(quantity)
    local known = redis.call('HGET', claims, id)
    local is_late = now - at > WAIT_MS_MAX
    local fits = wanted <= available - units
    if is_late or known or fits or units == 0 then
      redis.call('ZREM', waiting, present[i])
      if known then
        sequence = sequence_of(known)
      elseif not is_late then
        local held = fits and wanted or 0
        redis.call('HSET', claims, id, claim_text(held, sequence, owner))
        units = units + held
      end
      if not is_late then grants[#grants + 1] = { id, text(sequence) } end
    end
  end
end

-- A number is taken only with a higher version. At a committed zero nobody needs to wait: the owners are told.
local function learn(new_version, new_available)
  if new_version <= version then return false end
  version, available = new_version, new_available
  if available == 0 then redis.call('UNLINK', waiting) end
  return true
end

local function save()
  redis.call('HSET', gate, 'version', text(version), 'available', text(available), 'units', text(units),
    'given', text(given), 'epoch', text(epoch))
end

local function numbers() return string.format('%.0f %.0f %.0f %.0f', version, available, epoch, units) end

local function publish()
  local news = {
    item = string.match(gate, '{item:(%d+)}'),
    numbers = { text(version), text(available), text(epoch), text(units) },
    grants = grants
  }
  if #grants == 0 then news.grants = nil end
  redis.call('PUBLISH', channel, cjson.encode(news))
end

local operations = {}

-- load: version, available, epoch, whether all that is kept is to be forgotten (1)
function operations.load(new_version, new_available, new_epoch, is_anew)
  if not is_known or is_anew == '1' then
    redis.call('UNLINK', claims, waiting)
    version, available, epoch, given, units = 0, 0, 0, 0, 0
    redis.call('HSET', gate, 'server', server_name())
  end
  -- Processes that load at the same time: the highest epoch is that of the stock row.
  if tonumber(new_epoch) > epoch then epoch, given = tonumber(new_epoch), 0 end
  if learn(tonumber(new_version), tonumber(new_available)) then serve_waiting() end
  save()
  for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, KEEP_MS) end
  publish()
  return { numbers() }
end

-- take: a line for each claim: quantity, whether PostgreSQL decides (1), the number it has waited with (0: none), owner, id.
-- Answers for each whether it is granted (g), waits (w) or may not be kept (f), and its number.
function operations.take(lines)
  if not is_known then return false end
  local asked, ids = {}, {}
  for quantity, is_passed, waited, owner, id in string.gmatch(lines, '(%d+) ([01]) (%d+) (%S+) ([^\n]+)') do
    asked[#asked + 1] = { tonumber(quantity), is_passed == '1', tonumber(waited), owner }
    ids[#ids + 1] = id
  end
  local count = redis.call('HLEN', claims)
  local known = redis.call('HMGET', claims, unpack(ids))
  -- One id may be asked for twice at once.
  local new, fields, answer = {}, {}, {}
  for i, id in ipairs(ids) do
    local quantity, is_passed, sequence, owner = unpack(asked[i])
    local taken = 'g'
    if sequence > 0 then redis.call('ZREMRANGEBYSCORE', waiting, text(sequence), text(sequence)) end
    if known[i] then
      sequence = sequence_of(known[i])
    elseif new[id] then
      sequence = new[id]
    elseif count >= CLAIMS_MAX then
      taken = 'f'
    else
      if sequence == 0 then sequence = next_sequence() end
      local fits = quantity <= available - units
      if fits or is_passed or units == 0 or redis.call('ZCARD', waiting) >= WAITING_MAX then
        local held = (fits and not is_passed) and quantity or 0
        units, count, new[id] = units + held, count + 1, sequence
        fields[#fields + 1] = id
        fields[#fields + 1] = claim_text(held, sequence, owner)
      else
        taken = 'w'
        redis.call('ZADD', waiting, text(sequence), table.concat({ now, owner, quantity, text(sequence), id }, ' '))
      end
    end
    answer[i] = taken .. ' ' .. text(sequence)
  end
  if #fields > 0 then redis.call('HSET', claims, unpack(fields)) end
  save()
  return { numbers(), table.concat(answer, ' ') }
end

-- settle: version and available that the truth came with (0 0: none), then a line with the id of each claim
function operations.settle(new_version, new_available, lines)
  if not is_known then return false end
  local ids = {}
  for id in string.gmatch(lines, '[^\n]+') do ids[#ids + 1] = id end
  local is_settled = #ids > 0
  if is_settled then
    for _, claim in ipairs(redis.call('HMGET', claims, unpack(ids))) do
      if claim then units = units - tonumber(string.match(claim, '^%d+')) end
    end
    redis.call('HDEL', claims, unpack(ids))
  end
  local is_news = learn(tonumber(new_version), tonumber(new_available))
  if is_news or is_settled then serve_waiting() end
  save()
  -- Units that came back, or the last ones that went: others must hear of it. Sales in between they need not.
  if #grants > 0 or (is_news and (available == 0 or not is_settled)) then publish() end
  return { numbers() }
end

-- leave: the numbers with which claims have waited
function operations.leave()
  for i = 3, #ARGV do redis.call('ZREMRANGEBYSCORE', waiting, ARGV[i], ARGV[i]) end
  return true
end

-- look: claims in flight for longer than `age` milliseconds, some at a time; and the keys live on
function operations.look(age)
  if not is_known then return false end
  local cursor = redis.call('HGET', gate, 'cursor') or '0'
  local overdue = {}
  for _ = 1, SCAN_ROUNDS do
    local page = redis.call('HSCAN', claims, cursor, 'COUNT', SCAN_COUNT)
    cursor = page[1]
    for i = 1, #page[2], 2 do
      local at, owner = string.match(page[2][i + 1], '^%d+ %d+ (%d+) (.*)$')
      if now - at > tonumber(age) then
        overdue[#overdue + 1] = page[2][i]
        overdue[#overdue + 1] = owner
        overdue[#overdue + 1] = text(now - at)
      end
    end
    if cursor == '0' or #overdue >= OVERDUE_MAX * 3 then break end
  end
  redis.call('HSET', gate, 'cursor', cursor)
  for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, KEEP_MS) end
  return { numbers(), unpack(overdue) }
end

return operations[operation](unpack(ARGV, 3))
