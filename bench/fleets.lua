-- One workload of the benchmarks for wrk: `wrk -s bench/fleets.lua URL -- WORKLOAD MARK [STATUS]`.
-- A create has an id that no request had before, also one that is too long; MARK keeps the rounds apart. STATUS is expected instead of the mock's.
local made, mark, workload, expected = 0, "", "", 0
local statuses = { create = 201, rename = 200, invitation = 200, refused = 400 }
local headers = { ["X-API-Key"] = "demo-key", ["Content-Type"] = "application/json" }
local workloads = {}

function workloads.create()
  made = made + 1
  local body = string.format('{"fleetId": "bench-%s-%d", "fleetName": "Bench Fleet %d"}', mark, made, made)
  return wrk.format("POST", "/emp/v1/fleets", headers, body)
end

function workloads.rename()
  made = made + 1
  local body = string.format('{"newName": "Bench Fleet %d"}', made)
  return wrk.format("PUT", "/emp/v1/fleets/acme-corp-001/rename", headers, body)
end

function workloads.invitation()
  return wrk.format("GET", "/emp/v1/fleets/acme-corp-001/invitation", headers)
end

function workloads.refused()
  made = made + 1
  local number = tostring(made)
  return wrk.format("POST", "/emp/v1/fleets", headers, '{"fleetId": "' .. string.rep("x", 101 - #number) .. number .. '"}')
end

function init(arguments)
  workload, mark = arguments[1], arguments[2]
  expected = tonumber(arguments[3] or statuses[workload])
end

function request()
  return workloads[workload]()
end

function response(status)
  if status ~= expected then
    io.stderr:write("unexpected status " .. status .. "\n")
    os.exit(1)
  end
end
