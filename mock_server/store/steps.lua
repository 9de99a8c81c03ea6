-- The steps of a store in Redis, which runs one script at a time: each step is atomic for all replicas.
--
-- KEYS[1] is the prefix of all that the store holds. ARGV has the step, the identity that the caller expects the store
-- to have, and the arguments of the step. The reply has an outcome first. Records are JSON; what they lack is left out.
--
--   terms        text   what all replicas agree on
--   identity     text   a digest of it
--   fleets       hash   id as it is compared -> fleet
--   order        list   ids as they are compared, in the order in which fleets were made
--   names        hash   ["tenant","name"] -> how many fleets have this name, where names are unique
--   keys         hash   place, a number in the order in which keys were made -> key
--   places       hash   ["tenant","identifier"] -> place
--   listed       zset   ["tenant"] and ["tenant","fleet"], each followed by a place: which keys a list has
--   locations    hash   id -> location
--   held         zset   codes that fleets have or had, by when; it goes on where another state takes its place
--
-- Beside these, which a state that takes the place of another replaces, there are
--
--   kept         set    names under which states are kept, each a store of its own below kept:<name>:
--   tally        text   whose calls are counted: seen and used, hashes by the number of a rule, and
--                       allowed:<number>, a list of times
--   suspended    text   the token of whoever alone may write meanwhile; it lapses
local prefix, step, identity = KEYS[1], ARGV[1], ARGV[2]
local PARTS = {"identity", "terms", "fleets", "order", "names", "keys", "places", "listed", "locations", "held"}
local at = {}
for _, part in ipairs(PARTS) do
  at[part] = prefix .. part
end
local BESIDE = {"kept", "tally", "seen", "used"}
for _, part in ipairs(BESIDE) do
  at[part] = prefix .. part
end
local SUSPENDED = prefix .. "suspended"
local MOST_HELD = 10000
local ALWAYS = {resume = true, drop = true, last = true, take_up = true} -- whatever others have agreed on
-- What leaves the state as it is goes on while somebody alone may write.
local KEEPS = {count = true, fleet = true, page = true, location = true, fleets = true, keys = true, locations = true,
               look = true, note = true, forget = true, names = true, meet = true, uses = true, codes_held = true}

local function now()
  local time = redis.call("TIME")
  return time[1] + time[2] / 1000000
end

-- When reads begin to show what is made now, by a delay in seconds; nil for at once.
local function later(delay)
  return delay ~= "0" and string.format("%.6f", now() + delay) or nil
end

local function has_come(time)
  return not time or tonumber(time) <= now()
end

local function fleet_at(id)
  local row = redis.call("HGET", at.fleets, id)
  return row and cjson.decode(row)
end

-- Count a name once more or, by -1, once less.
local function count_name(fleet, number)
  if fleet and fleet.name and fleet.name ~= "" then
    local field = cjson.encode({fleet.tenant, fleet.name})
    if redis.call("HINCRBY", at.names, field, number) == 0 then
      redis.call("HDEL", at.names, field)
    end
  end
end

local function is_name_taken(fleet, known)
  local is_own = known and known.tenant == fleet.tenant and known.name == fleet.name
  local named_so = tonumber(redis.call("HGET", at.names, cjson.encode({fleet.tenant, fleet.name or ""})) or 0)
  return named_so > (is_own and 1 or 0)
end

-- Forget the oldest codes where there are too many.
local function bound_held(held)
  redis.call("ZREMRANGEBYRANK", held, 0, -MOST_HELD - 1)
end

local function hold_codes(codes)
  for _, code in ipairs(codes) do
    redis.call("ZADD", at.held, now(), code[1])
  end
  bound_held(at.held)
end

-- Keep a fleet in place of the known one, if there is one, and return its row.
local function keep_fleet(id, fleet, known, are_names_unique)
  if are_names_unique == "1" then
    count_name(known, -1)
    count_name(fleet, 1)
  end
  if not known then
    redis.call("RPUSH", at.order, id)
  end
  if fleet.codes then
    hold_codes(fleet.codes)
  end
  local row = cjson.encode(fleet)
  redis.call("HSET", at.fleets, id, row)
  return row
end

-- The member by which a place is in the list of a tenant, or of one of its fleets.
local function member(tenant, fleet_key, place)
  return cjson.encode({tenant, fleet_key}) .. string.format("%012d", place)
end

local function place_of(key)
  return redis.call("HGET", at.places, cjson.encode({key.tenant, key.identifier}))
end

-- Keep a key that is new at the next place, and return its row.
local function keep_key(key)
  local place, row = redis.call("HLEN", at.keys), cjson.encode(key)
  redis.call("HSET", at.keys, place, row)
  redis.call("HSET", at.places, cjson.encode({key.tenant, key.identifier}), place)
  redis.call("ZADD", at.listed, 0, member(key.tenant, nil, place))
  if key.fleet_key then
    redis.call("ZADD", at.listed, 0, member(key.tenant, key.fleet_key, place))
  end
  return row
end

local steps = {}

function steps.add_fleet(id, row, delay, are_names_unique)
  local taken = redis.call("HGET", at.fleets, id)
  if taken then
    return {"taken", taken}
  end
  local fleet = cjson.decode(row)
  if are_names_unique == "1" and is_name_taken(fleet) then
    return {"name taken"}
  end
  fleet.found_from = later(delay) or fleet.found_from
  return {"done", keep_fleet(id, fleet, nil, are_names_unique)}
end

function steps.rename(id, tenant, name, are_names_unique)
  local known, fleet = fleet_at(id), fleet_at(id)
  if not known or not has_come(known.found_from) then
    return {"no such fleet"}
  end
  if known.tenant ~= tenant then
    return {"foreign fleet"}
  end
  fleet.name = name
  if are_names_unique == "1" and is_name_taken(fleet, known) then
    return {"name taken"}
  end
  return {"done", keep_fleet(id, fleet, known, are_names_unique)}
end

function steps.add_key(row, delay)
  local key = cjson.decode(row)
  local taken = place_of(key)
  if taken then
    return {"taken", redis.call("HGET", at.keys, taken)}
  end
  if key.fleet_key then
    local fleet = fleet_at(key.fleet_key)
    if not fleet or fleet.tenant ~= key.tenant then
      return {"no such fleet"}
    end
    key.fleet_id = fleet.id
  end
  key.listed_from = later(delay) or key.listed_from
  return {"done", keep_key(key)}
end

-- The fleet that has an id, and the time.
function steps.fleet(id)
  return {"done", redis.call("HGET", at.fleets, id), string.format("%.6f", now())}
end

-- The place at which the next page begins, and the keys of this one; a fleet_key of nothing stands for all fleets, and
-- with_unlisted of 1 has those keys too that are not listed yet.
function steps.page(tenant, fleet_key, start, size, with_unlisted)
  local list = cjson.encode({tenant, fleet_key ~= "" and cjson.decode(fleet_key) or nil})
  local from = "[" .. list .. string.format("%012d", start)
  local reply, full, found = {"done", false}, size + 2
  repeat
    found = redis.call("ZRANGEBYLEX", at.listed, from, "(" .. list .. ":", "LIMIT", 0, size + 1)
    for _, each in ipairs(found) do
      local place = tonumber(string.sub(each, -12))
      local row = redis.call("HGET", at.keys, place)
      -- To decode each row would take most of the time; few have this field.
      if with_unlisted == "1" or not string.find(row, "listed_from", 1, true) or has_come(cjson.decode(row).listed_from) then
        if #reply == full then
          reply[2] = place
          return reply
        end
        reply[#reply + 1] = row
      end
      from = "(" .. each
    end
  until #found <= tonumber(size)
  return reply
end

-- A location, and the fleet whose prices it is to show.
function steps.location(id, fleet_id)
  return {"done", redis.call("HGET", at.locations, id), redis.call("HGET", at.fleets, fleet_id)}
end

function steps.count()
  return {"done", tostring(redis.call("HLEN", at.fleets))}
end

-- Fleets and keys in the order in which they were made, from one number to another.

function steps.fleets(first, last)
  local reply = {"done"}
  for _, id in ipairs(redis.call("LRANGE", at.order, first, last)) do
    reply[#reply + 1] = redis.call("HGET", at.fleets, id)
  end
  return reply
end

function steps.keys(first, last)
  local reply = {"done"}
  for place = first, math.min(last, redis.call("HLEN", at.keys) - 1) do
    reply[#reply + 1] = redis.call("HGET", at.keys, place)
  end
  return reply
end

function steps.locations()
  local reply = redis.call("HVALS", at.locations)
  table.insert(reply, 1, "done")
  return reply
end

function steps.codes_held()
  local reply = redis.call("ZRANGE", at.held, 0, -1)
  table.insert(reply, 1, "done")
  return reply
end

function steps.put_fleet(id, row, are_names_unique)
  return {"done", keep_fleet(id, cjson.decode(row), fleet_at(id), are_names_unique)}
end

function steps.put_key(row)
  local key = cjson.decode(row)
  local place = place_of(key)
  if not place then
    return {"done", keep_key(key)}
  end
  local known = cjson.decode(redis.call("HGET", at.keys, place))
  if known.fleet_key then
    redis.call("ZREM", at.listed, member(known.tenant, known.fleet_key, place))
  end
  if key.fleet_key then
    redis.call("ZADD", at.listed, 0, member(key.tenant, key.fleet_key, place))
  end
  redis.call("HSET", at.keys, place, row)
  return {"done", row}
end

-- Give a fleet a code, in place of the one with its text if there is one.
function steps.put_code(id, code, active)
  local fleet = fleet_at(id)
  if not fleet then
    return {"no such fleet"}
  end
  local codes, is_known = fleet.codes or {}, false
  for _, each in ipairs(codes) do
    if each[1] == code then
      each[2], is_known = active == "1", true
    end
  end
  if not is_known then
    codes[#codes + 1] = {code, active == "1"}
  end
  fleet.codes = codes
  return {"done", keep_fleet(id, fleet, fleet, "0")}
end

function steps.put_location(id, location)
  redis.call("HSET", at.locations, id, location)
  return {"done"}
end

-- A store is loaded under a prefix that nobody else knows, and then takes the place of the one that is known.

local function forget_in_an_hour()
  for _, part in ipairs(PARTS) do
    redis.call("EXPIRE", at[part], 3600)
  end
end

function steps.load_fleets(are_names_unique, ...)
  local ids_and_rows = {...}
  for number = 1, #ids_and_rows, 2 do
    keep_fleet(ids_and_rows[number], cjson.decode(ids_and_rows[number + 1]), nil, are_names_unique)
  end
  forget_in_an_hour()
end

function steps.load_keys(...)
  for _, row in ipairs({...}) do
    keep_key(cjson.decode(row))
  end
  forget_in_an_hour()
end

function steps.load_locations(...)
  local ids_and_locations = {...}
  for number = 1, #ids_and_locations, 2 do
    redis.call("HSET", at.locations, ids_and_locations[number], ids_and_locations[number + 1])
  end
  forget_in_an_hour()
end

function steps.load_terms(terms)
  redis.call("SET", at.terms, terms)
  redis.call("SET", at.identity, identity)
  forget_in_an_hour()
end

-- Replace all that is known by what was loaded; if that is to be the first, only where nothing is known, and else only
-- where what is known is what the caller expects. `token` is that of whoever has suspended all others, or empty.
function steps.publish(loaded, is_to_be_first, expected, token)
  local held, alone = redis.call("GET", at.identity), redis.call("GET", SUSPENDED) or ""
  local outcome = "done"
  if is_to_be_first ~= "1" and alone ~= token then
    outcome = "suspended"
  elseif is_to_be_first ~= "1" and held and held ~= expected then
    outcome = "other"
  end
  if outcome ~= "done" or (is_to_be_first == "1" and held) then
    for _, part in ipairs(PARTS) do
      redis.call("UNLINK", loaded .. part)
    end
    return {outcome}
  end
  redis.call("ZUNIONSTORE", loaded .. "held", 2, loaded .. "held", at.held, "AGGREGATE", "MAX")
  bound_held(loaded .. "held")
  for _, part in ipairs(PARTS) do
    redis.call("UNLINK", at[part])
    if redis.call("EXISTS", loaded .. part) == 1 then
      redis.call("RENAME", loaded .. part, at[part])
      redis.call("PERSIST", at[part])
    end
  end
  return {"done"}
end

-- Have other terms from now on, whose digest is given too.
function steps.agree(new_identity, terms)
  redis.call("SET", at.identity, new_identity)
  redis.call("SET", at.terms, terms)
  return {"done"}
end

-- All keys that there may be, those beside the state too.
local function all_keys()
  local found = {}
  for _, parts in ipairs({PARTS, BESIDE}) do
    for _, part in ipairs(parts) do
      found[#found + 1] = at[part]
    end
  end
  for _, name in ipairs(redis.call("SMEMBERS", at.kept)) do
    for _, part in ipairs(PARTS) do
      found[#found + 1] = prefix .. "kept:" .. name .. ":" .. part
    end
  end
  for _, number in ipairs(redis.call("HKEYS", at.seen)) do
    found[#found + 1] = prefix .. "allowed:" .. number
  end
  return found
end

-- Hold nothing any more.
function steps.drop()
  for _, key in ipairs(all_keys()) do
    redis.call("UNLINK", key)
  end
  return {"done"}
end

-- Hold what is held for some seconds more.
function steps.last(seconds)
  for _, key in ipairs(all_keys()) do
    redis.call("EXPIRE", key, seconds)
  end
  return {"done"}
end

-- Forget what would last for less than some milliseconds, and let all else last for some seconds.
function steps.take_up(least, seconds)
  local left = redis.call("PTTL", at.identity)
  if left >= 0 and left < tonumber(least) then
    return steps.drop()
  end
  return steps.last(seconds)
end

-- States that are kept under names.

function steps.note(name)
  redis.call("SADD", at.kept, name)
  return {"done"}
end

function steps.forget(name)
  return {"done", redis.call("SREM", at.kept, name)}
end

function steps.names()
  local reply = redis.call("SMEMBERS", at.kept)
  table.insert(reply, 1, "done")
  return reply
end

-- How a call stands to rules, as tally.py has it.

local function begin_tally(tally)
  for _, number in ipairs(redis.call("HKEYS", at.seen)) do
    redis.call("UNLINK", prefix .. "allowed:" .. number)
  end
  redis.call("UNLINK", at.seen, at.used)
  redis.call("SET", at.tally, tally)
end

local function drawn(text)
  return tonumber(string.sub(redis.sha1hex(text), 1, 13), 16) / 16 ^ 13
end

local function is_beyond(number, calls, seconds)
  if calls < 0 then
    return true
  end
  local allowed, time = prefix .. "allowed:" .. number, now()
  local first = redis.call("LINDEX", allowed, 0)
  while first and time - first >= seconds do
    redis.call("LPOP", allowed)
    first = redis.call("LINDEX", allowed, 0)
  end
  if redis.call("LLEN", allowed) >= calls then
    return true
  end
  redis.call("RPUSH", allowed, string.format("%.6f", time))
  return false
end

function steps.meet(tally, draws, chances)
  if redis.call("GET", at.tally) ~= tally then
    begin_tally(tally)
  end
  local reply, is_decided = {"done"}, false
  for _, chance in ipairs(cjson.decode(chances)) do
    local number, times, probability, calls, seconds, decides = unpack(chance)
    local turn, used = 0, tonumber(redis.call("HGET", at.used, number) or 0)
    if not (times >= 0 and used >= times) and not (is_decided and decides) then
      local seen = redis.call("HINCRBY", at.seen, number, 1)
      local is_drawn = probability >= 1 or drawn(draws .. " " .. number .. " " .. seen) < probability
      if is_drawn and is_beyond(number, calls, seconds) then
        turn, used, is_decided = seen, used + 1, is_decided or decides
        redis.call("HSET", at.used, number, used)
      end
    end
    reply[#reply + 1] = turn
    reply[#reply + 1] = used
  end
  return reply
end

function steps.uses(tally)
  if redis.call("GET", at.tally) ~= tally then
    return {"done"}
  end
  local reply = redis.call("HGETALL", at.used)
  table.insert(reply, 1, "done")
  return reply
end

function steps.look()
  return {"done"}
end

-- Let nobody write for some milliseconds but who has the token.
function steps.suspend(token, most)
  redis.call("SET", SUSPENDED, token, "PX", most)
  return {"done"}
end

function steps.resume(token)
  if redis.call("GET", SUSPENDED) == token then
    redis.call("DEL", SUSPENDED)
  end
  return {"done"}
end

if string.sub(step, 1, 5) ~= "load_" and step ~= "publish" then
  local held = redis.call("GET", at.identity)
  if not ALWAYS[step] and held ~= identity then
    return {held and "other" or "empty", held and redis.call("GET", at.terms)}
  end
  if not KEEPS[step] and not ALWAYS[step] and redis.call("EXISTS", SUSPENDED) == 1 then
    return {"suspended"}
  end
end
return steps[step](unpack(ARGV, 3))
