/* The button that starts the presentation. A browser gives the whole screen only within the click itself. */

export default function ({ parentElement, data }) {
  const button = parentElement.querySelector(".pm-start");
  button.lastElementChild.textContent = data.label;
  button.disabled = data.disabled;
  button.onclick = () => document.dispatchEvent(new CustomEvent("planmap:present", { detail: { button } }));
}
