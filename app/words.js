/*
 * What Streamlit says by itself, in English only, in the page's language. Its elements stay as they are; only the words
 * in them change, and change back when the language does. In the first HTML, so that nothing is said before.
 */
(() => {
  const ATTRIBUTES = ["aria-label", "title", "placeholder", "alt", "aria-valuetext", "aria-description"];
  // What is ours or a plan's: it has the page's language, or is to stay as it is.
  const OURS = ".pm-list-host, .pm-map-slot, [data-testid=stHtml], script, style, textarea";
  /** @type {{ streamlit: Record<string, [string, string][]> }} */
  const words = JSON.parse(document.getElementById("planmap-words")?.textContent || '{"streamlit":{}}');
  const rules = Object.fromEntries(
    Object.entries(words.streamlit).map(([language, pairs]) => [
      language, pairs.map(([pattern, said]) => ({ pattern: new RegExp(`^${pattern}$`, "s"), said })),
    ])
  );
  /**
   * What stands in the place of something of Streamlit's, and what that was.
   *
   * @type {WeakMap<Node, Map<string, { original: string, said: string }>>}
   */
  const changed = new WeakMap();

  // The head of every page sets it.
  const language = () => (document.documentElement.lang === "en" ? "en" : "zh");
  let shown = language();

  /** @param {string} original */
  const translated = (original) => {
    const text = original.trim();
    if (!/[A-Za-z]{2}/.test(text)) return original;
    for (const { pattern, said } of rules[shown] || []) if (pattern.test(text)) return text.replace(pattern, said);
    return original;
  };

  /**
   * @param {Node} node
   * @param {string} name of an attribute, or empty for the words of a text
   * @param {string} now
   * @param {(said: string) => void} set
   */
  const say = (node, name, now, set) => {
    const kept = changed.get(node);
    const before = kept?.get(name);
    const original = before && before.said === now ? before.original : now;
    const said = translated(original);
    if (said !== original) (kept || changed.set(node, new Map()).get(node))?.set(name, { original, said });
    else kept?.delete(name);
    if (said !== now) set(said);
  };

  /** @param {Node} node */
  const look = (node) => {
    if (node instanceof Text) {
      if (!node.parentElement?.closest(OURS)) say(node, "", node.data, (said) => { node.data = said; });
      return;
    }
    if (!(node instanceof Element) || node.closest(OURS)) return;
    for (const name of ATTRIBUTES) {
      const now = node.getAttribute(name);
      if (now) say(node, name, now, (said) => node.setAttribute(name, said));
    }
    for (const child of node.childNodes) look(child);
  };

  new MutationObserver((records) => {
    const now = language();
    if (now !== shown) {
      shown = now;
      return look(document.body);
    }
    for (const { type, target, addedNodes } of records) {
      if (type === "childList") addedNodes.forEach(look);
      else if (target instanceof Text || target instanceof Element) look(target);
    }
  }).observe(document.documentElement, { subtree: true, childList: true, characterData: true, attributeFilter: [...ATTRIBUTES, "lang"] });
})();
