// Elements made of data: text becomes text and never markup.

/** Return an element; `members` are its properties, or attributes where their name has a dash or begins with `aria`. */
export function element(name, members = {}, ...children) {
  const made = document.createElement(name);
  for (const [member, value] of Object.entries(members)) {
    if (member.includes("-") || member.startsWith("aria") || member === "role") made.setAttribute(member, value);
    else if (member.startsWith("on")) made.addEventListener(member.slice(2), value);
    else made[member] = value;
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return made;
}

export const byId = (id) => document.getElementById(id);

/** Return elements of names and values, such as headers, as a list. */
export function pairs(entries) {
  return element("dl", {}, entries.map(([name, value]) => [
    element("dt", {}, name), element("dd", {}, String(value)),
  ]));
}

/**
 * Show other children in an element: what is open in it, what was typed and where the focus is stay as they are, where
 * `data-key` tells the same element.
 */
export function show(container, ...children) {
  const keyed = () => [...container.querySelectorAll("[data-key]")];
  const before = new Map(keyed().map((each) => [each.dataset.key, each]));
  const focused = container.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const places = keyed().map((each) => each.dataset.key);
  container.replaceChildren(...children.flat(Infinity));
  for (const each of keyed()) {
    const old = before.get(each.dataset.key);
    if (!old) continue;
    if (each.localName === "details") each.open = old.open;
    if (each.localName === "input" && each.type !== "checkbox") each.value = old.value;
  }
  if (focused !== undefined) keep(focused, places, keyed());
}

/** Give the focus to the element of a key, or to the nearest one before it that is still there. */
function keep(key, places, elements) {
  for (const name of places.slice(0, places.indexOf(key) + 1).reverse()) {
    const found = elements.find((each) => each.dataset.key === name && each.localName !== "details");
    if (found) return found.focus();
  }
}

/** Ask something in a dialog, and return the text that was given, "yes" where none is asked for, null if nothing was. */
export function ask(dialog, { title, text, yes } = {}) {
  const form = dialog.querySelector("form");
  const input = form.elements.value;
  if (title) dialog.querySelector("h2").textContent = title;
  if (text) dialog.querySelector("p").textContent = text;
  if (yes) form.querySelector("[type=submit]").textContent = yes;
  form.reset();
  return new Promise((resolve) => {
    let given = null;
    form.onsubmit = (event) => { event.preventDefault(); given = input ? input.value : "yes"; dialog.close(); };
    const cancel = form.querySelector("[value=cancel]");
    if (cancel) cancel.onclick = () => dialog.close();
    dialog.onclose = () => resolve(given);
    dialog.showModal();
  });
}
