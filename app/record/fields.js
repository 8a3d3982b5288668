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

/** Whether an answer may still come by itself, by Streamlit's own marks: the script runs, or the server is away. */
export function busy() {
  const { testScriptState, testConnectionState = "CONNECTED" } =
    /** @type {HTMLElement | null} */ (document.querySelector("[data-testid=stApp]"))?.dataset || {};
  return testScriptState === "running" || testConnectionState !== "CONNECTED";
}
