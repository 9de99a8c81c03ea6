// Tests of the client against the mock: each has a world of its own, so that they may run at the same time.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { Fleets } from "./fleets.mjs";
import { startMock, worldOf } from "./mock.mjs";

describe("the client", { concurrency: true }, () => {
  let mock;
  before(async () => (mock = await startMock()));
  after(() => mock.stop());

  it("renames a fleet once", async (test) => {
    const world = await worldOf(test, mock.url);
    await new Fleets(world.url, "demo-key").rename("acme-corp-001", "Acme");
    const [rename, ...more] = await world.sent({ operation: "rename_fleet" });
    assert.deepEqual(JSON.parse(rename.request.body), { newName: "Acme" });
    assert.match(rename.request.path, /\/acme-corp-001\//);
    assert.equal(rename.status, 200);
    assert.deepEqual(more, []);
  });

  it("sends a call again that is refused for its rate", async (test) => {
    const world = await worldOf(test, mock.url, {
      rules: [{ times: 1, respond: { status: 429, headers: { "Retry-After": "0" } } }],
    });
    await new Fleets(world.url, "demo-key").rename("acme-corp-001", "Acme");
    const sent = await world.sent({ operation: "rename_fleet" });
    assert.deepEqual(sent.map((each) => each.status), [429, 200]);
  });

  it("shows a revoked code no longer", async (test) => {
    const world = await worldOf(test, mock.url);
    const client = new Fleets(world.url, "demo-key");
    await world.control("POST", "/fleets/acme-corp-001/codes", { code: "NEW" });
    assert.ok((await client.codes("acme-corp-001")).includes("NEW"));
    await world.control("DELETE", "/fleets/acme-corp-001/codes/NEW");
    assert.ok(!(await client.codes("acme-corp-001")).includes("NEW"));
  });

  it("reads the only code of a fleet", async (test) => {
    const world = await worldOf(test, mock.url, { seed: { fleets: [{ fleetId: "mine", codes: ["ONLY-ONE"] }] } });
    assert.deepEqual(await new Fleets(world.url, "demo-key").codes("mine"), ["ONLY-ONE"]);
  });

  it("says that a fleet is unknown, whatever the body of errors", async (test) => {
    const world = await worldOf(test, mock.url, { dialect: { "error.body": "message" } });
    await assert.rejects(new Fleets(world.url, "demo-key").rename("unknown-001", "Acme"), /404/);
    const [refused] = await world.sent({ status: 404 });
    assert.ok(refused.problem.detail);
  });
});
