// Switches: misbehaviours, rules and the dialect of a world.
import { call } from "./api.js";
import { byId, element, show } from "./dom.js";

// --- misbehaviours ---

export async function readMisbehaviours(attempt) {
  const { misbehaviours, known } = await call("GET", "/misbehaviours");
  const chosen = new Set(misbehaviours);
  byId("misbehaving").textContent = misbehaviours.length ? `In force: ${misbehaviours.join(", ")}.` : "None is in force.";
  const turn = (name, isOn) => {
    if (isOn) chosen.add(name); else chosen.delete(name);
    return attempt(() => call("PUT", "/misbehaviours", { misbehaviours: [...chosen] }));
  };
  show(byId("misbehaviours"), ...known.map(({ name, text }) => element("div", { className: "choice" },
    element("label", {},
      element("input", {
        type: "checkbox", checked: chosen.has(name), "data-key": name,
        "aria-describedby": `about-${name}`,
        onchange: (event) => turn(name, event.target.checked),
      }), " ", element("span", { className: "id" }, name)),
    element("p", { className: "faint", id: `about-${name}` }, text))));
}

// --- rules ---

export async function readRules(attempt) {
  const { rules, known } = await call("GET", "/rules");
  const form = byId("rule");
  offer(form.elements.operation, known.operations);
  offer(form.elements.deliver, known.deliveries);
  form.onsubmit = (event) => {
    event.preventDefault();
    attempt(async () => {
      await call("POST", "/rules", ruleOf(form.elements));
      form.reset();
    });
  };
  const items = rules.map((rule) => element("li", {}, `${inWords(rule)} `, element("button", {
    type: "button", "data-key": `rule ${rule.number}`, "aria-label": `Remove rule ${rule.number}`,
    onclick: () => attempt(() => call("DELETE", `/rules/${rule.number}`)),
  }, "Remove")));
  show(byId("rules"), items.length ? element("ul", {}, items) : element("p", { className: "faint" }, "No rule is in force."));
}

function offer(select, names) {
  if (select.options.length > 1) return;
  select.append(...names.map((name) => element("option", {}, name)));
}

function ruleOf({ operation, times, probability, status, seconds, deliver }) {
  return {
    ...(operation.value && { match: { operation: operation.value } }),
    ...(times.value && { times: times.valueAsNumber }),
    ...(probability.value && { probability: probability.valueAsNumber }),
    ...(status.value && { respond: { status: status.valueAsNumber } }),
    ...(seconds.value && { latency: { distribution: "fixed", seconds: seconds.valueAsNumber } }),
    ...(deliver.value && { deliver: deliver.value }),
  };
}

function inWords({ number, used, match, times, probability, rate, latency, respond, deliver }) {
  const said = [
    match ? Object.values(match).join(" ") : "every operation",
    times && `${times - used} more times`,
    probability !== undefined && `with probability ${probability}`,
    rate && `beyond ${rate.calls} calls in ${rate.seconds} s`,
    latency && `late: ${Object.values(latency).join(" ")}`,
    respond && `status ${respond.status}${respond.isCarriedOut ? ", carried out" : ""}`,
    deliver && `sent: ${deliver}`,
    `met by ${used}`,
  ];
  return `${number}: ${said.filter(Boolean).join("; ")}`;
}

// --- the dialect ---

let questions = null;

export async function readDialect(attempt) {
  questions ??= (await call("GET", "/questions")).questions;
  const dialect = await call("GET", "/dialect");
  const existing = questions.filter(({ question }) => question in dialect);
  const other = existing.filter(({ question, answers }) => dialect[question] !== answers[0].answer);
  byId("speaking").textContent = other.length
    ? `Not the default: ${other.map(({ question }) => `${question} = ${dialect[question]}`).join(", ")}.`
    : "All answers are the default ones.";
  byId("default-dialect").onclick = () => attempt(() => call("PUT", "/dialect", {}));
  show(byId("dialect"), ...existing.map((each) => choice(each, dialect[each.question], attempt)));
  filterQuestions();
}

function choice({ question, text, answers }, chosen, attempt) {
  const described = answers.find(({ answer }) => answer === chosen)?.text ?? "";
  return element("div", { className: "choice", "data-text": `${question} ${text}`.toLowerCase() },
    element("label", {}, element("span", { className: "id" }, question), " ",
      element("select", {
        "data-key": question,
        onchange: (event) => attempt(() => call("PATCH", "/dialect", { [question]: event.target.value })),
      }, answers.map(({ answer, text: meaning }, place) => element("option", {
        value: answer, selected: answer === chosen, title: meaning,
      }, place ? answer : `${answer} (default)`)))),
    element("p", { className: "faint" }, `${text} ${described}`));
}

export function filterQuestions() {
  const wanted = byId("question-contains").value.trim().toLowerCase();
  for (const each of byId("dialect").children) each.hidden = !each.dataset.text.includes(wanted);
}
