/* What the forms share: what is typed is kept by this browser, fields have labels, and ids are made here. */

/** What this page keeps where the browser keeps nothing. */
const held = new Map();

/** @param {string} key */
export function kept(key) {
  try {
    return window.localStorage.getItem(key) ?? "";
  } catch {
    return held.get(key) ?? "";
  }
}

/**
 * @param {string} key
 * @param {string} words
 */
export function keep(key, words) {
  held.set(key, words);
  try {
    if (words) window.localStorage.setItem(key, words);
    else window.localStorage.removeItem(key);
  } catch {
    // A browser that keeps nothing; then only this page does.
  }
}

/** @param {string} kind letter that ids of this kind begin with */
export function newId(kind) {
  const bytes = window.crypto.getRandomValues(new Uint8Array(8));
  return kind + "-" + [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string>} [attributes]
 * @param {(string | Node)[]} content
 */
export function element(name, attributes = {}, ...content) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...content);
  return made;
}

/**
 * @param {string} name
 * @param {Record<string, string>} labels
 * @param {[string, string][] | undefined} choices
 * @param {{ required?: boolean, long?: boolean, wide?: boolean, placeholder?: string }} options
 */
export function labelled(name, labels, choices, { required = false, long = false, wide = long, placeholder = "" }) {
  const input = element(choices ? "select" : long ? "textarea" : "input", { name, placeholder });
  for (const [value, words] of choices ?? []) input.append(element("option", { value }, words));
  if (input instanceof HTMLTextAreaElement) input.rows = 2;
  if (input instanceof HTMLInputElement) input.spellcheck = false;
  input.required = required;
  const label = element("span", {}, labels["field-" + name] + (required ? " *" : ""));
  return element("label", { class: (wide ? "pm-wide " : "") + "pm-record-" + name }, label, input);
}

/** @param {Element} input */
export function firstChoice(input) {
  return input instanceof HTMLSelectElement ? (input.options[0]?.value ?? "") : "";
}

/**
 * The fields whose content is text.
 *
 * @param {HTMLFormElement} form
 */
export function inputs(form) {
  const named = [...form.elements].filter((one) => one.getAttribute("name") && one.getAttribute("type") !== "file");
  return /** @type {HTMLInputElement[]} */ (named);
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 */
export function field(form, name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
}

/** @param {HTMLFormElement} form that is no longer said to be wrong anywhere */
export function clearFaults(form) {
  for (const note of form.querySelectorAll("label > .pm-record-fault")) note.remove();
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
}

/**
 * Say what is wrong, each at its field, and go to the first; tell whether there is any.
 *
 * @param {HTMLFormElement} form
 * @param {Record<string, string>} faults words by the names of fields
 * @param {string} prefix of the ids of what is said: a page may have two forms
 */
export function markFaults(form, faults, prefix) {
  const wrong = Object.entries(faults).filter(([name]) => form.elements.namedItem(name));
  for (const [name, words] of wrong) {
    const input = field(form, name);
    const id = prefix + name;
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", id);
    input.closest("label")?.append(element("small", { class: "pm-record-fault", id }, words));
  }
  if (wrong.length) field(form, wrong[0][0]).focus();
  return wrong.length > 0;
}

/**
 * Show what others have recorded meanwhile, and have it decided.
 *
 * @param {Element | null} place
 * @param {string[]} newer a line for each
 * @param {Record<string, string>} labels
 * @param {() => void} anyway
 * @param {() => void} leave
 */
export function askOver(place, newer, labels, anyway, leave) {
  const list = element("ul", {}, ...newer.map((line) => element("li", {}, line)));
  const over = element("button", { type: "button" }, labels.anyway);
  over.addEventListener("click", anyway);
  const none = element("button", { type: "button" }, labels.leave);
  none.addEventListener("click", leave);
  place?.append(list, over, none);
  over.focus();
}

/** Whether an answer may still come by itself, by Streamlit's own marks: the script runs, or the server is away. */
export function busy() {
  const { testScriptState, testConnectionState = "CONNECTED" } =
    /** @type {HTMLElement | null} */ (document.querySelector("[data-testid=stApp]"))?.dataset || {};
  return testScriptState === "running" || testConnectionState !== "CONNECTED";
}
