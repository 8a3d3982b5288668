/*
 * Says that the server does not answer, and what to do. The page itself goes on by itself when the server is back, see
 * back.js; Streamlit says in English only that its connection is lost.
 */
(() => {
  const MARK = "data-test-connection-state"; // Streamlit's own mark of its connection.
  const PATIENCE_MS = 2500; // A connection that is back as soon was only handed on.
  const FIRST_MS = 20_000; // That a page may take to have one at all.
  /** @typedef {{ title: string, mend: string, forever: string }} Words */
  /** @type {{ lost: Record<string, Words>, dialogs: string[] }} */
  const { lost, dialogs } = JSON.parse(document.getElementById("planmap-words")?.textContent || '{"lost":{},"dialogs":[]}');
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer = undefined;
  let state = "";
  let known = false;
  const notice = document.createElement("div");
  notice.className = "pm-lost";
  notice.setAttribute("role", "alert");

  const show = () => {
    const words = lost[document.documentElement.lang === "en" ? "en" : "zh"];
    if (!words) return;
    const title = document.createElement("b");
    title.textContent = words.title;
    notice.replaceChildren(title, " " + (state === "DISCONNECTED_FOREVER" ? words.forever : words.mend));
    document.body.append(notice);
  };

  // Streamlit says the same in a dialog, over which nobody can see or copy what has been typed.
  const dismiss = () => {
    for (const dialog of document.querySelectorAll("[role=dialog]")) {
      const heading = dialog.querySelector("[role=heading], h1, h2, h3, header, [class*=Header]") ?? dialog.firstElementChild;
      const said = heading?.textContent?.trim() ?? "";
      const close = dialog.querySelector("button[aria-label]");
      if (dialogs.some((title) => said.startsWith(title)) && close instanceof HTMLElement) close.click();
    }
  };

  const look = () => {
    if (state && state !== "CONNECTED") dismiss();
    const now = document.querySelector(`[${MARK}]`)?.getAttribute(MARK) || "";
    if (now === state) return;
    state = now;
    clearTimeout(timer);
    if (state === "CONNECTED") {
      known = true;
      notice.remove();
    } else if (notice.isConnected) {
      show();
    } else {
      timer = setTimeout(show, known ? PATIENCE_MS : FIRST_MS);
    }
  };

  new MutationObserver(look).observe(document.documentElement, { subtree: true, childList: true, attributeFilter: [MARK] });
})();
