/* Elements of the document that must be there: our own template made it. */

/**
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {HTMLElement}
 */
export function find(selector, root = document) {
  const found = root.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error("not in the document: " + selector);
  return found;
}

/**
 * @param {string} selector
 * @returns {HTMLDialogElement}
 */
export function findDialog(selector) {
  return /** @type {HTMLDialogElement} */ (find(selector));
}
