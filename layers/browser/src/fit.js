/* Type as large as lets a view's words be seen whole. */

/**
 * Give the tasks as much room as there is, then make all type of a section smaller until it is seen whole.
 *
 * @param {HTMLElement} section
 */
export function fit(section) {
  const overflows = () => section.scrollHeight > section.clientHeight + 1;
  section.style.setProperty("--fit", "1");
  for (const grow of [1.3, 1.2, 1.1, 1, 0.92, 0.84]) {
    section.style.setProperty("--grow", String(grow));
    if (!overflows()) return;
  }
  for (const size of [0.93, 0.87, 0.81, 0.75, 0.69]) {
    section.style.setProperty("--fit", String(size));
    if (!overflows()) return;
  }
}
