// The fleets of a world, with their invitation codes and charging keys.
import { call } from "./api.js";
import { byId, element, show } from "./dom.js";

const MOST = 50;  // fleets
const MOST_KEYS = 8;  // of each fleet
const keys = new Map();

/** Read the fleets anew; `attempt` does what a button asks for, and then says that all is to be read anew. */
export async function read(attempt) {
  const contains = byId("fleet-contains").value.trim();
  const query = new URLSearchParams({ limit: MOST + 1, ...(contains ? { contains } : {}) });
  const { fleets } = await call("GET", `/fleets?${query}`);
  const open = [...byId("fleets").querySelectorAll("details[open]")].map((each) => each.dataset.fleet);
  keys.clear();
  await Promise.all(fleets.map(({ fleetId }) => fleetId).filter((id) => open.includes(id)).map(readKeys));
  const note = fleets.length > MOST ? `The first ${MOST} are shown. Say what the others contain.` : "";
  show(byId("fleets"),
    ...fleets.slice(0, MOST).map((fleet) => made(fleet, attempt)),
    element("p", { className: "faint" }, fleets.length ? note : "There is none."));
}

async function readKeys(fleetId) {
  const query = new URLSearchParams({ fleetId, limit: MOST_KEYS + 1 });
  keys.set(fleetId, (await call("GET", `/charging-keys?${query}`)).chargingKeys);
}

function made(fleet, attempt) {
  const { fleetId, fleetName, tenant, codes = [], inactiveCodes = [] } = fleet;
  const held = element("div", {}, keys.has(fleetId) ? listed(keys.get(fleetId)) : null);
  const details = element("details", {
    "data-key": `fleet ${fleetId}`,
    "data-fleet": fleetId,
    ontoggle: () => details.open && !keys.has(fleetId) && attempt(async () => {
      await readKeys(fleetId);
      held.replaceChildren(listed(keys.get(fleetId)));
    }, { changes: false }),
  },
  element("summary", { "data-key": `summary ${fleetId}` },
    element("span", { className: "id" }, fleetId), " ", fleetName ?? "",
    element("span", { className: "faint" }, ` ${tenant}, ${counted(codes.length, "code")}`)),
  element("div", { className: "inside" },
    element("h3", {}, "Invitation codes"),
    element("ul", {}, [
      ...codes.map((code) => codeItem(fleetId, code, true, attempt)),
      ...inactiveCodes.map((code) => codeItem(fleetId, code, false, attempt)),
    ]),
    adding(fleetId, attempt),
    element("h3", {}, "Charging keys"), held));
  return details;
}

const counted = (number, noun) => `${number || "no"} ${noun}${number === 1 ? "" : "s"}`;

function pathOf(fleetId, code) {
  const path = `/fleets/${encodeURIComponent(fleetId)}/codes`;
  return code === undefined ? path : `${path}/${encodeURIComponent(code)}`;
}

function codeItem(fleetId, code, isActive, attempt) {
  const act = isActive
    ? () => call("DELETE", pathOf(fleetId, code))
    : () => call("POST", pathOf(fleetId), { code });
  const verb = isActive ? "Revoke" : "Activate";
  return element("li", {},
    element("code", { className: isActive ? "" : "revoked" }, code), isActive ? " " : " (revoked) ",
    element("button", {
      type: "button", "data-key": `code ${fleetId} ${code}`, "aria-label": `${verb} ${code}`, onclick: () => attempt(act),
    }, verb));
}

function adding(fleetId, attempt) {
  const input = element("input", {
    "data-key": `new code ${fleetId}`, autocomplete: "off", spellcheck: false, placeholder: "one is made",
  });
  return element("form", {
    className: "row",
    onsubmit: (event) => {
      event.preventDefault();
      const code = input.value.trim();
      attempt(async () => {
        await call("POST", pathOf(fleetId), code ? { code } : {});
        input.value = "";
      });
    },
  },
  element("label", {}, "New code ", input),
  element("button", { type: "submit", "data-key": `add ${fleetId}` }, "Add"));
}

function listed(found) {
  if (!found.length) return element("p", { className: "faint" }, "There is none.");
  const items = found.slice(0, MOST_KEYS).map(({ keyIdentifier, visualNumber, enabled }) => element("li", {},
    element("code", {}, keyIdentifier), ` ${visualNumber}${enabled ? "" : " (disabled)"}`));
  return element("ul", {}, items, found.length > MOST_KEYS ? element("li", { className: "faint" }, "and more") : null);
}
