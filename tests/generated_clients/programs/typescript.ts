// Calls every operation with the TypeScript client of openapi-generator, then each in a way that is refused.

import {
  ApiException,
  ChargingKeysApi,
  createConfiguration,
  FleetsApi,
  LocationsApi,
  Problem,
  ServerConfiguration,
} from "./fleet_client/index";

declare const process: { argv: string[] };

/** Return the status and the detail of a refusal, which the client throws. */
async function refused(call: Promise<unknown>): Promise<[number | undefined, string | undefined]> {
  try {
    await call;
  } catch (refusal) {
    if (refusal instanceof ApiException && refusal.body instanceof Problem) {
      return [refusal.body.status, refusal.body.detail];
    }
    throw refusal;
  }
  throw new Error("the call was not refused");
}

async function main(url: string, key: string): Promise<void> {
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration(url, {}),
    authMethods: { ApiKey: key },
  });
  const fleets = new FleetsApi(configuration);
  const keys = new ChargingKeysApi(configuration);
  const locations = new LocationsApi(configuration);
  const newKey = {
    keyIdentifier: "04AA11BB",
    visualNumber: "CLIENT-1",
    contractId: "DE-ACM-1",
    fleetId: "client-001",
  };
  const fleet = await fleets.createFleet({ fleetId: "client-001", fleetName: "Client" });
  const renamed = await fleets.renameFleet("client-001", { newName: "Client again" });
  const codes = await fleets.getInvitationCodes("acme-corp-001");
  const created = await keys.createChargingKey(newKey);
  if (!created) {
    throw new Error("the key that was created is not shown");
  }
  const page = await keys.listChargingKeys("client-001", undefined, 10);
  const location = await locations.getLocation("loc-001", "acme-corp-001");
  const answers = {
    create_fleet: [fleet.fleetId, fleet.fleetName],
    rename_fleet: [renamed.fleetId, renamed.fleetName],
    get_invitation_codes: codes.map((each) => each.code),
    create_charging_key: [created.keyIdentifier, created.enabled],
    list_charging_keys: page.keys.map((each) => each.keyIdentifier),
    get_location: [location.id],
  };
  const refusals = {
    create_fleet: await refused(fleets.createFleet({ fleetId: "client-001" })),
    rename_fleet: await refused(fleets.renameFleet("nowhere", { newName: "Client" })),
    get_invitation_codes: await refused(fleets.getInvitationCodes("foreign-001")),
    create_charging_key: await refused(keys.createChargingKey(newKey)),
    list_charging_keys: await refused(keys.listChargingKeys(undefined, "made up")),
    get_location: await refused(locations.getLocation("nowhere")),
  };
  console.log(JSON.stringify({ answers, refusals }));
}

const [, , url, key] = process.argv;
main(url ?? "", key ?? "");
