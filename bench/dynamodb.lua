-- The workloads of the benchmarks as calls of DynamoDB, for moto: `wrk -s bench/dynamodb.lua URL -- WORKLOAD MARK`.
local made, mark, workload, expected = 0, "", "", 0
local statuses = { create = 200, rename = 200, invitation = 200, refused = 400 }
local workloads = {}

local function call(action, body)
  local headers = {
    ["X-Amz-Target"] = "DynamoDB_20120810." .. action,
    ["Content-Type"] = "application/x-amz-json-1.0",
    ["Authorization"] = "AWS4-HMAC-SHA256 Credential=demo/20260101/us-east-1/dynamodb/aws4_request, Signature=0",
  }
  return wrk.format("POST", "/", headers, body)
end

function workloads.create()
  made = made + 1
  local item = '{"fleetId": {"S": "bench-%s-%d"}, "fleetName": {"S": "Bench Fleet %d"}}'
  return call("PutItem", string.format('{"TableName": "fleets", "Item": ' .. item .. '}', mark, made, made))
end

function workloads.rename()
  made = made + 1
  local body = '{"TableName": "fleets", "Key": {"fleetId": {"S": "acme-corp-001"}}, "UpdateExpression": '
    .. '"SET fleetName = :name", "ExpressionAttributeValues": {":name": {"S": "Bench Fleet %d"}}}'
  return call("UpdateItem", string.format(body, made))
end

function workloads.invitation()
  return call("GetItem", '{"TableName": "fleets", "Key": {"fleetId": {"S": "acme-corp-001"}}}')
end

function workloads.refused()
  return call("PutItem", '{"TableName": "fleets", "Item": {"fleetName": {"S": "Without an id"}}}')
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
