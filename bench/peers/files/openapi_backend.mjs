// Serves a document by openapi-backend, with fleets in a map: node openapi_backend.mjs DOCUMENT PORT
import { createServer } from "node:http";
import { OpenAPIBackend } from "openapi-backend";

const [document, port] = process.argv.slice(2);
const fleets = new Map([["acme-corp-001", "Acme Corporation Fleet"]]);
const problem = (status, detail) => [status, { type: "about:blank", status, detail }];
const found = (context, answer) => {
  const id = context.request.params.fleetId;
  return fleets.has(id) ? answer(id) : problem(404, "No fleet has this fleetId.");
};

const api = new OpenAPIBackend({
  definition: document,
  handlers: {
    create_fleet: ({ request }) => {
      const { fleetId, fleetName } = request.body;
      if (fleets.has(fleetId)) return problem(409, "A fleet has this fleetId already.");
      fleets.set(fleetId, fleetName);
      return [201, { fleetId, fleetName }];
    },
    rename_fleet: (context) =>
      found(context, (fleetId) => {
        fleets.set(fleetId, context.request.body.newName);
        return [200, { fleetId, fleetName: context.request.body.newName }];
      }),
    get_invitation_codes: (context) => found(context, () => [200, [{ code: "FLEET2024ABC" }, { code: "FLEET2024XYZ" }]]),
    validationFail: ({ validation }) => problem(400, validation.errors.map((each) => `${each.instancePath} ${each.message}`).join("; ")),
    unauthorizedHandler: () => problem(401, "The key is missing or unknown."),
    notFound: () => problem(404, "No operation has this path."),
    methodNotAllowed: () => problem(405, "This path has no such method."),
    notImplemented: () => problem(501, "Nothing is here."),
  },
});
api.registerSecurityHandler("ApiKey", ({ request }) => request.headers["x-api-key"] === "demo-key");
await api.init();

createServer((request, response) => {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", async () => {
    const [path, query] = request.url.split("?");
    const body = pieces.length ? JSON.parse(Buffer.concat(pieces)) : undefined;
    const call = { method: request.method, path, query, body, headers: request.headers };
    const [status, value] = await api.handleRequest(call);
    const text = JSON.stringify(value);
    const media = status < 400 ? "application/json" : "application/problem+json";
    response.writeHead(status, { "Content-Type": media, "Content-Length": Buffer.byteLength(text) });
    response.end(text);
  });
}).listen(Number(port), "127.0.0.1");
