/*
 * The form for a statement about a task. What is typed is kept by this browser, letter by letter, until the page's script
 * says that the statement is stored. Every statement gets its id here, so that it can be sent again where no answer came
 * and still is recorded once.
 */

import { askOver, busy, clearFaults, element, field, firstChoice, inputs, keep, kept, labelled, markFaults, newId } from "./fields.js";

/** @import { Component } from "../component" */

/** @typedef {Record<string, string>} Fields content of the form by the names of its fields */
/** @typedef {"new" | "correct" | "withdraw" | "amend"} Kind */
/** @typedef {{ id: string, words: string, fields: Fields }} Statement */
/**
 * @typedef {object} Task
 * @property {string} id
 * @property {string} title
 * @property {string} unit
 * @property {string} known the latest statement about it
 * @property {Statement[]} events
 * @property {Fields} given what can be set of it, as it now is
 * @property {string} amended the latest amendment of it
 */
/** @typedef {{ sent: number, done: boolean, words: string, faults: Fields, newer: string[], known: string }} Answer */
/**
 * @typedef {object} Data
 * @property {string} plan
 * @property {string} today
 * @property {string} asOf the day that the page shows
 * @property {boolean} closed whether nothing can be stored just now
 * @property {string} upload the key with which this browser sends files; empty where nothing can be recorded
 * @property {string} language
 * @property {string} accept the endings of the files that are taken
 * @property {number} largest size of a file, in bytes
 * @property {number} most files with one statement
 * @property {string} by who has signed in and is written down as recorder; empty where nobody signs in
 * @property {Task[]} tasks
 * @property {Record<string, [string, string][]>} choices
 * @property {Record<string, string>} labels
 * @property {Answer | null} answer to the statement that was sent last
 */
/**
 * @typedef {object} Draft what somebody has begun about a task
 * @property {string} id
 * @property {Kind} kind
 * @property {string} which the statement that is corrected or withdrawn
 * @property {string} known the latest statement about the task that was there when it was begun
 * @property {string} amended the latest amendment of the task that was there then
 * @property {Fields} fields
 * @property {string[]} [files] the names of those that were chosen, which a browser does not keep over a reload
 */
/**
 * @typedef {object} Chosen a file that goes with a statement
 * @property {File} file
 * @property {string} id what the server calls it; empty until all of it is there
 * @property {string} fault
 * @property {XMLHttpRequest | null} request on its way
 * @property {number} share of it that has been sent, 0 to 1
 */

const DRAFT = "planmap.record.";
const NAME = "planmap.recorder";
const PATIENCE_MS = 8000; // after which what nobody has answered is sent once more, if the page has nothing to do
const STATED = ["status", "measured_value", "measured_unit", "period"]; // what a withdrawal does not state

const GIVEN = ["due_date", "lead_unit", "note_zh", "note_en", "sites", "retired"]; // what an amendment sets of a task
const SAID = [...STATED, "date", "summary_en", "basis", "confidence"]; // what a statement says and an amendment does not

/** @type {WeakMap<Element, RecordForm>} */
const forms = new WeakMap();

class RecordForm {
  /** @param {Element} host */
  constructor(host) {
    /** @type {Data | null} */
    this.data = null;
    /** @type {(message: object) => void} */
    this.send = () => {};
    this.task = "";
    /** @type {Map<string, Chosen[]>} files by the key of their draft */
    this.files = new Map();
    /** Whether the statement is to be sent as soon as all files are there again. */
    this.goesOn = false;
    /** The number of what is on its way; 0 if nothing is. */
    this.waiting = 0;
    this.language = "";
    this.button = element("button", { type: "button", class: "pm-record-open" });
    this.said = element("p", { role: "status", class: "pm-record-said" });
    this.dialog = element("dialog", { class: "pm-record-dialog" });
    this.form = element("form", { novalidate: "", autocomplete: "off" });
    this.dialog.append(this.form);
    host.replaceChildren(this.button, this.said, this.dialog);
    this.button.addEventListener("click", () => this.open());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.form.addEventListener("input", (event) => this.typed(event.target));
    // A key of the page, such as the one that clears the selection, is none of it while somebody types here.
    this.dialog.addEventListener("keydown", (event) => event.stopPropagation());
    this.dialog.addEventListener("close", () => this.name());
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
  }

  get chosen() {
    return this.data?.tasks.find((task) => task.id === this.task) ?? this.data?.tasks[0];
  }

  /** Of whoever has signed in: what they began is not for the next who uses this browser. */
  get key() {
    return DRAFT + this.data?.plan + "." + this.chosen?.id + (this.data?.by ? "." + this.data.by : "");
  }

  /** @returns {Draft | null} */
  get draft() {
    try {
      return JSON.parse(kept(this.key) || "null");
    } catch {
      return null;
    }
  }

  set draft(draft) {
    keep(this.key, draft ? JSON.stringify(draft) : "");
  }

  /** @returns {Chosen[]} */
  get chosenFiles() {
    return this.files.get(this.key) ?? [];
  }

  set chosenFiles(files) {
    this.files.set(this.key, files);
  }

  /**
   * @param {Data} data
   * @param {(message: object) => void} send
   */
  take(data, send) {
    this.data = data;
    this.send = send;
    const { labels, answer } = data;
    // The task of the form stays while it is open, also where the page has gone on to another.
    if (!this.dialog.open && !data.tasks.some((task) => task.id === this.task)) this.task = data.tasks[0]?.id ?? "";
    this.settle();
    this.name();
    this.button.hidden = data.tasks.length === 0;
    if (this.dialog.open && this.language !== labels.open) this.draw();
    if (answer && answer.sent === this.waiting) this.hear(answer);
    this.enable();
  }

  /** Say on the button whether there is something to go on with. */
  name() {
    const { labels } = /** @type {Data} */ (this.data);
    this.button.textContent = this.draft ? labels.draft : labels.open;
  }

  /** Forget drafts that are stored, of which this browser has not heard, as after a reload. */
  settle() {
    const draft = this.draft;
    const stored = draft && this.chosen?.events.some((statement) => statement.id === draft.id);
    if (stored && !this.waiting) this.draft = null;
  }

  /** @param {Answer} answer */
  hear(answer) {
    this.waiting = 0;
    if (answer.done) {
      this.draft = null;
      this.chosenFiles = [];
      this.dialog.close();
      const { labels, asOf } = /** @type {Data} */ (this.data);
      const day = field(this.form, "date").value;
      this.said.textContent = answer.words + (day.slice(0, 10) > asOf ? " " + labels["not-shown"].replace("{date}", asOf) : "");
      this.button.focus();
      return;
    }
    this.complain(answer);
    // A server that has been started anew has none of them.
    if (answer.faults.files) for (const one of this.chosenFiles) this.upload(one);
    this.goesOn = Boolean(answer.faults.files);
  }

  open() {
    if (!this.data) return;
    this.said.textContent = "";
    this.draw();
    this.dialog.showModal();
    field(this.form, this.draft ? "summary_zh" : "status").focus();
  }

  /** Draw the form anew, with what is kept of it. */
  draw() {
    const { data, chosen } = this;
    if (!data || !chosen) return;
    const { labels, choices } = data;
    this.language = labels.open;
    const tasks = element("select", { name: "task" });
    for (const task of data.tasks) tasks.append(element("option", { value: task.id }, task.title));
    tasks.value = chosen.id;
    const kinds = element("div", { class: "pm-record-kinds", role: "radiogroup", "aria-label": labels.title });
    for (const kind of ["new", "correct", "withdraw", "amend"]) {
      kinds.append(element("label", {}, element("input", { type: "radio", name: "kind", value: kind }), labels[kind]));
    }
    const which = element("select", { name: "which" });
    which.append(element("option", { value: "" }, chosen.events.length ? labels.which : labels["none-yet"]));
    for (const one of [...chosen.events].reverse()) which.append(element("option", { value: one.id }, one.words));
    const close = element("button", { type: "button", class: "pm-record-close", "aria-label": labels.close }, "×");
    close.addEventListener("click", () => this.dialog.close());
    const empty = element("button", { type: "button", class: "pm-record-empty" }, labels.empty);
    empty.addEventListener("click", () => this.empty());
    const later = element("button", { type: "button" }, labels.later);
    later.addEventListener("click", () => this.dialog.close());
    const one = (/** @type {string} */ name, options = {}) => labelled(name, labels, choices[name], options);
    this.form.replaceChildren(
      element("header", {}, element("h2", {}, labels.title), close),
      data.tasks.length > 1
        ? element("label", { class: "pm-wide" }, element("span", {}, labels.task), tasks)
        : element("p", { class: "pm-record-task" }, chosen.title, element("span", { hidden: "" }, tasks)),
      kinds,
      element("label", { class: "pm-wide pm-record-which" }, element("span", {}, labels.which), which),
      one("due_date", { placeholder: "2024-12-31 · 2024-12 · 2024-Q4" }),
      one("lead_unit"),
      one("note_zh", { long: true }),
      one("note_en", { long: true }),
      one("sites", { wide: true }),
      labelled("retired", labels, [["", "—"], ["yes", labels["field-retired"]]], {}),
      one("date", { required: true, placeholder: "2024-06-30" }),
      one("status"),
      one("measured_value"),
      one("measured_unit"),
      one("period", { placeholder: "2024-01/2024-06" }),
      one("summary_zh", { required: true, long: true }),
      one("summary_en", { long: true }),
      one("source_title", { required: true, wide: true }),
      one("source_publisher", {}),
      one("source_url", { placeholder: "https://" }),
      this.drawFiles(),
      one("basis"),
      one("confidence"),
      one("recorded_by", { required: true }),
      element("div", { class: "pm-record-answer", role: "alert" }),
      element("footer", {}, empty, later, element("button", { type: "submit" }, labels.save)),
    );
    this.fill();
  }

  /** Draw the field for files, and the list of those that are chosen. */
  drawFiles() {
    const { labels, accept, upload } = /** @type {Data} */ (this.data);
    const input = element("input", { type: "file", name: "files", multiple: "", accept });
    const list = element("ul", { class: "pm-record-chosen", "aria-live": "polite" });
    // The browser's own words would be in its language and not in the page's.
    const box = element("span", { class: "pm-record-box" }, labels["files-choose"], input);
    const label = element("label", { class: "pm-wide pm-record-file" }, element("span", {}, labels.files), box);
    label.append(element("small", {}, labels["files-note"]));
    const whole = element("div", { class: "pm-record-files" }, label, list);
    if (!upload) whole.hidden = true;
    return whole;
  }

  /** Show how the files stand. */
  list() {
    const { data, draft } = this;
    const list = this.form.querySelector(".pm-record-chosen");
    if (!list || !data) return;
    const { labels } = data;
    const gone = (draft?.files ?? []).filter((name) => !this.chosenFiles.some((one) => one.file.name === name));
    const rows = this.chosenFiles.map((one) => {
      const remove = element("button", { type: "button", "aria-label": labels["file-remove"] + " " + one.file.name }, "×");
      remove.addEventListener("click", () => this.remove(one));
      const stands = one.fault || (one.id ? sizeWords(one.file.size) : Math.round(100 * one.share) + "%");
      const name = element("span", {}, one.file.name);
      return element("li", { class: one.fault ? "pm-record-fault" : "" }, name, element("small", {}, stands), remove);
    });
    if (gone.length) rows.push(element("li", { class: "pm-record-fault" }, labels["files-again"] + " " + gone.join(", ")));
    list.replaceChildren(...rows);
  }

  /** @param {FileList | null} files that somebody has chosen */
  choose(files) {
    const { labels, largest, most } = /** @type {Data} */ (this.data);
    const named = [...(files ?? [])];
    const old = this.chosenFiles.filter((one) => !named.some((file) => file.name === one.file.name));
    for (const one of this.chosenFiles) if (!old.includes(one)) one.request?.abort();
    /** @type {Chosen[]} */
    const added = named.map((file) => ({ file, id: "", fault: "", request: null, share: 0 }));
    this.chosenFiles = [...old, ...added].slice(0, most);
    this.remember();
    for (const one of this.chosenFiles) {
      if (!added.includes(one)) continue;
      if (one.file.size > largest) one.fault = labels["file-large"];
      else this.upload(one);
    }
    this.list();
    if (old.length + added.length > most) this.blame(labels["files-most"]);
  }

  /**
   * Send a file to the server, where it waits for its statement.
   *
   * @param {Chosen} one
   */
  upload(one) {
    const { upload, language, labels } = /** @type {Data} */ (this.data);
    const request = new XMLHttpRequest();
    Object.assign(one, { id: "", fault: "", request, share: 0 });
    const query = new URLSearchParams({ name: one.file.name, lang: language });
    request.open("POST", `/upload/${upload}?${query}`);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      one.share = event.total ? event.loaded / event.total : 0;
      this.list();
    });
    request.addEventListener("loadend", () => {
      if (one.request !== request) return;
      one.request = null;
      one.id = request.response?.id ?? "";
      one.fault = one.id ? "" : request.response?.words ?? labels["file-lost"];
      this.list();
      if (!this.goesOn || this.chosenFiles.some((other) => other.request)) return;
      this.goesOn = false;
      if (this.dialog.open) this.submit();
    });
    request.send(one.file);
    this.list();
  }

  /** @param {Chosen} one */
  remove(one) {
    const { request } = one;
    one.request = null;
    request?.abort();
    this.chosenFiles = this.chosenFiles.filter((other) => other !== one);
    this.remember();
    this.list();
    field(this.form, "files").focus();
  }

  /** @param {string} words what is wrong with the files */
  blame(words) {
    this.complain({ sent: 0, done: false, words: "", faults: { files: words }, newer: [], known: "" });
  }

  /** Fill the fields with the draft, or as a new statement begins. */
  fill() {
    const { data, chosen, draft } = this;
    if (!data || !chosen) return;
    /** @type {Fields} */
    const fields = draft?.fields ?? {
      ...chosen.given,
      date: data.today,
      basis: "evidence",
      confidence: "medium",
      measured_unit: chosen.unit,
      recorded_by: kept(NAME),
    };
    for (const input of inputs(this.form)) {
      if (input.type === "radio") input.checked = input.value === (draft?.kind ?? "new");
      else if (input.name === "which") input.value = draft?.which ?? "";
      else if (input.name !== "task") input.value = fields[input.name] ?? firstChoice(input);
    }
    if (data.by) {
      const who = /** @type {HTMLInputElement} */ (/** @type {unknown} */ (field(this.form, "recorded_by")));
      who.value = data.by;
      who.readOnly = true;
    }
    this.show();
    this.list();
  }

  /** Show those fields that a statement of the chosen kind has. */
  show() {
    const { kind } = this;
    this.form.dataset.kind = kind;
    const labels = this.data?.labels ?? {};
    const absent = { new: GIVEN, correct: GIVEN, withdraw: [...GIVEN, ...STATED], amend: SAID }[kind];
    for (const name of [...GIVEN, ...SAID]) field(this.form, name).closest("label")?.toggleAttribute("hidden", absent.includes(name));
    this.form.querySelector(".pm-record-which")?.toggleAttribute("hidden", kind === "new" || kind === "amend");
    this.form.querySelector(".pm-record-files")?.toggleAttribute("hidden", kind === "amend" || !this.data?.upload);
    const why = field(this.form, "summary_zh").closest("label")?.querySelector("span");
    const words = { new: labels["field-summary_zh"], correct: labels.why, withdraw: labels.why, amend: labels.ground }[kind];
    if (why) why.textContent = words + " *";
    const title = field(this.form, "source_title");
    title.required = kind !== "amend";
    const name = title.closest("label")?.querySelector("span");
    if (name) name.textContent = labels["field-source_title"] + (title.required ? " *" : "");
  }

  /** @returns {Kind} */
  get kind() {
    const chosen = /** @type {HTMLInputElement | null} */ (this.form.querySelector("[name=kind]:checked"));
    return /** @type {Kind} */ (chosen?.value ?? "new");
  }

  /** @param {EventTarget | null} target */
  typed(target) {
    if (!(target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement)) return;
    if (target.name === "files") {
      target.closest("label")?.querySelector(".pm-record-fault")?.remove();
      target.removeAttribute("aria-invalid");
      this.choose(/** @type {HTMLInputElement} */ (target).files);
      target.value = "";
      return;
    }
    if (target.name === "task") {
      this.task = target.value;
      this.draw();
      return;
    }
    if (target.name === "which") {
      // As it was said, to be corrected.
      const fields = this.chosen?.events.find((statement) => statement.id === target.value)?.fields ?? {};
      for (const input of inputs(this.form)) {
        const mine = ["task", "kind", "which", "recorded_by", "summary_zh", "summary_en"].includes(input.name);
        if (!mine && input.name in fields) input.value = fields[input.name];
      }
    }
    if (target.name === "kind" || target.name === "which") this.show();
    if (target.name === "recorded_by") keep(NAME, target.value.trim());
    target.removeAttribute("aria-invalid");
    this.remember();
  }

  remember() {
    const before = this.draft;
    const fields = Object.fromEntries(inputs(this.form).map((input) => [input.name, input.value]));
    for (const name of ["task", "kind", "which"]) delete fields[name];
    const which = field(this.form, "which").value;
    this.draft = {
      id: before?.id ?? newId("e"),
      kind: this.kind,
      which,
      known: before?.known ?? this.chosen?.known ?? "",
      amended: before?.amended ?? this.chosen?.amended ?? "",
      fields,
      files: this.chosenFiles.map((one) => one.file.name),
    };
  }

  empty() {
    for (const one of [...this.chosenFiles]) this.remove(one);
    this.draft = null;
    this.draw();
    field(this.form, "status").focus();
  }

  submit() {
    if (!this.data || this.waiting || this.data.closed) return;
    const { labels } = this.data;
    this.remember();
    const draft = /** @type {Draft} */ (this.draft);
    if (!this.data.by) keep(NAME, draft.fields.recorded_by.trim());
    const named = this.kind === "new" || this.kind === "amend" || draft.which;
    const missing = inputs(this.form).filter((input) => input.required && !input.value.trim() && !input.closest("[hidden]"));
    if (missing.length || !named) {
      const faults = Object.fromEntries(missing.map((input) => [input.name, labels.required]));
      if (!named) faults.which = labels.which;
      this.complain({ sent: 0, done: false, words: "", faults, newer: [], known: "" });
      return;
    }
    if (this.kind !== "amend" && this.chosenFiles.some((one) => !one.id)) {
      this.blame(this.chosenFiles.find((one) => one.fault)?.fault ?? labels["file-waits"]);
      return;
    }
    this.complain(null);
    this.waiting = Date.now();
    this.enable();
    this.pass(draft, 0);
    this.wait(this.waiting, 1);
  }

  /**
   * @param {Draft} draft
   * @param {number} times that it has been sent before, which makes it another message
   */
  pass({ id, kind, which, known, amended, fields }, times) {
    const task = this.chosen?.id;
    if (kind === "amend") {
      const own = id.replace(/^e-/, "a-");
      this.send({ what: "amend", id: own, task, known: amended, fields, sent: this.waiting, times });
      return;
    }
    const stated = Object.fromEntries(Object.entries(fields).filter(([name]) => kind !== "withdraw" || !STATED.includes(name)));
    const links = { corrects: kind === "correct" ? which : "", withdraws: kind === "withdraw" ? which : "" };
    const files = this.chosenFiles.map((one) => one.id);
    this.send({ id, task, known, fields: { ...stated, ...links }, files, sent: this.waiting, times });
  }

  /**
   * Send a statement again until it is answered: the server may have been started anew.
   *
   * @param {number} sent
   * @param {number} times
   */
  wait(sent, times) {
    setTimeout(() => {
      const { draft, data } = this;
      if (this.waiting !== sent || !data || !draft) return;
      if (!busy()) this.pass(draft, times);
      this.tell(data.labels.unanswered);
      this.wait(sent, times + 1);
    }, PATIENCE_MS);
  }

  /** @param {string} words */
  tell(words) {
    const place = this.form.querySelector(".pm-record-answer");
    if (place) place.textContent = words;
  }

  /**
   * Say what is wrong, each at its field; null if nothing is.
   *
   * @param {Answer | null} answer
   */
  complain(answer) {
    clearFaults(this.form);
    this.tell(answer?.words ?? "");
    this.enable();
    if (!answer) return;
    if (answer.newer.length) this.ask(answer);
    markFaults(this.form, answer.faults, "pm-record-fault-");
  }

  /**
   * Show what others have recorded meanwhile, and have it decided.
   *
   * @param {Answer} answer
   */
  ask(answer) {
    const { labels } = /** @type {Data} */ (this.data);
    const anyway = () => {
      const { draft } = this;
      // Over what has been seen now, and over nothing else.
      if (draft) this.draft = { ...draft, [draft.kind === "amend" ? "amended" : "known"]: answer.known };
      this.submit();
    };
    const leave = () => {
      this.draft = null;
      this.dialog.close();
    };
    askOver(this.form.querySelector(".pm-record-answer"), answer.newer, labels, anyway, leave);
  }

  enable() {
    const { data } = this;
    const button = /** @type {HTMLButtonElement | null} */ (this.form.querySelector("[type=submit]"));
    if (!button || !data) return;
    button.disabled = data.closed || this.waiting !== 0;
    button.textContent = this.waiting ? data.labels.saving : data.labels.save;
    if (data.closed) this.tell(data.labels.away);
    else if (this.form.querySelector(".pm-record-answer")?.textContent === data.labels.away) this.tell("");
  }
}

/** @param {number} size in bytes */
function sizeWords(size) {
  return size < 1024 ** 2 ? Math.ceil(size / 1024) + " KB" : (size / 1024 ** 2).toFixed(1) + " MB";
}

/** @param {Component<Data>} component */
export default function ({ parentElement, data, setTriggerValue }) {
  const host = parentElement.querySelector(".pm-record");
  if (!host) return;
  const form = forms.get(host) ?? new RecordForm(host);
  forms.set(host, form);
  form.take(data, (message) => setTriggerValue("sent", message));
}
