/* The strip of counts. A click filters the map at once, in the browser; the page's script follows. */

// What the user chose last, by element, so that an answer to an earlier click does not undo it.
const chosen = new WeakMap();

function tell(filter) {
  const frame = document.getElementById("planmap-map");
  if (frame) frame.contentWindow.postMessage({ type: "planmap:filter", ...filter }, window.location.origin);
}

function button(item, pressed, onClick) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "pm-pill";
  element.dataset.value = item.value;
  if (item.hint) element.title = item.hint;
  element.setAttribute("aria-pressed", String(pressed));
  if (item.badge) {
    const picture = document.createElement("img");
    picture.src = item.badge;
    picture.alt = "";
    element.append(picture);
  }
  const count = document.createElement("b");
  count.textContent = item.count;
  element.append(item.label + " ", count);
  element.addEventListener("click", onClick);
  return element;
}

export default function ({ parentElement, data, setStateValue }) {
  const host = parentElement.querySelector(".pm-status-filter");
  const local = chosen.get(host);
  const filter = local && local.turn > data.filter.turn ? local : data.filter;
  chosen.set(host, filter);

  const draw = () => {
    const focused = host.contains(document.activeElement) ? document.activeElement.dataset.value : null;
    const now = chosen.get(host);
    const pills = (items, isPressed, toggle, label) => {
      const group = document.createElement("div");
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", label);
      group.append(...items.map((item) => button(item, isPressed(item.value), () => choose(toggle(item.value)))));
      return group;
    };
    const statuses = pills(
      data.statuses,
      (value) => now.statuses.includes(value),
      (value) => ({ statuses: now.statuses.includes(value) ? now.statuses.filter((other) => other !== value) : [...now.statuses, value] }),
      data.labels.status
    );
    const evidence = pills(
      data.evidence,
      (value) => now.evidence === value,
      (value) => ({ evidence: now.evidence === value ? null : value }),
      data.labels.evidence
    );
    host.replaceChildren(statuses, evidence);
    if (focused) host.querySelector('[data-value="' + focused + '"]')?.focus();
  };

  const choose = (change) => {
    const before = chosen.get(host);
    const after = { ...before, ...change, turn: before.turn + 1 };
    chosen.set(host, after);
    tell(after);
    draw();
    // Streamlit redraws much of the page for a new value: let the map paint first.
    requestAnimationFrame(() => setTimeout(() => setStateValue("filter", chosen.get(host)), 0));
  };

  draw();
}
