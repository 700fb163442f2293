// The page: a policy's text on the left, what the library says of it on the right.
import { Python } from "./python.js";

const $ = (id) => document.getElementById(id);
const LANG = document.documentElement.lang;
const EXAMPLES = JSON.parse($("examples").textContent);
const WORDS = JSON.parse($("words").textContent);

/** An element with its attributes and what is in it; words stay words. */
function el(tag, attributes = {}, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...content.filter((each) => each != null && each !== ""));
  return made;
}

const button = (words, onclick) => el("button", { type: "button", onclick }, words);
const item = (...content) => el("li", {}, ...content);
const details = (summary, ...content) => el("details", {}, el("summary", {}, summary), ...content);
const say = (words) => ($("state").textContent = words);
const clock = (moment) => moment.slice(0, 19).replace("T", " ").replace(/:00$/, "");

// ---------------------------------------------------------------- Python, and its end

let python;
let busy = 0;

function load() {
  python = new Python((error) => say(`${WORDS.failed} ${error.message}`));
  return python.ready;
}

/** What Python answers, unless it was stopped meanwhile. */
async function ask(...call) {
  const asked = python;
  busy += 1;
  $("stop").disabled = false;
  try {
    return await asked.call(...call);
  } finally {
    if (asked === python) {
      busy -= 1;
      $("stop").disabled = busy === 0;
    }
  }
}

$("stop").addEventListener("click", async () => {
  python.stop();
  busy = 0;
  $("stop").disabled = true;
  $("answers").hidden = true;
  say(WORDS.stopped);
  $("run").focus();
  await load();
  say(WORDS.ready);
});

// ---------------------------------------------------------------- the text

const text = $("text");
let begun = "";

function show(words) {
  text.value = begun = words;
  $("shared").hidden = true;
}

async function packed(words) {
  const stream = new Blob([words]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const plain = btoa(Array.from(bytes, (each) => String.fromCharCode(each)).join(""));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function unpacked(address) {
  const plain = atob(address.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(plain, (each) => each.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream).text();
}

/** Keep the text in the address; an example by its name. */
async function keep() {
  const name = Object.keys(EXAMPLES).find((each) => EXAMPLES[each] === text.value);
  const hash = name ? `#${name}` : `#text=${await packed(text.value)}`;
  history.replaceState(null, "", hash);
  $("other").hash = hash;
}

async function open() {
  const hash = location.hash.slice(1);
  if (!hash.startsWith("text=")) return show(EXAMPLES[hash] ?? EXAMPLES.shop);
  try {
    show(await unpacked(hash.slice(5)));
    $("shared").hidden = false;
  } catch {
    show(EXAMPLES.shop);
    say(WORDS.broken);
  }
}

let keeping;
text.addEventListener("input", () => {
  clearTimeout(keeping);
  keeping = setTimeout(keep, 300);
});
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
});
for (const each of document.querySelectorAll("[data-example]")) {
  each.addEventListener("click", () => {
    const known = [begun, ...Object.values(EXAMPLES)].includes(text.value);
    if (!known && !confirm(WORDS.replace)) return;
    show(EXAMPLES[each.dataset.example]);
    keep();
  });
}
$("share").addEventListener("click", async () => {
  await keep();
  try {
    await navigator.clipboard.writeText(location.href);
    say(WORDS.copied);
  } catch {
    say(WORDS.address);
  }
});
addEventListener("hashchange", open);

/** Select a line of the text. */
function jump(line) {
  const lines = text.value.split("\n");
  const from = lines.slice(0, line - 1).join("\n").length + (line > 1);
  text.focus();
  text.setSelectionRange(from, from + lines[line - 1].length);
  text.scrollTop = ((line - 4) * text.scrollHeight) / lines.length;
}

// ---------------------------------------------------------------- a run

async function run() {
  await keep();
  $("shared").hidden = true;
  say(WORDS.running);
  const seen = await ask("run", text.value, LANG);
  $("printed").textContent = seen.printed;
  $("printed").hidden = !seen.printed;
  const faults = seen.faults ?? [];
  $("faults").replaceChildren(
    ...faults.map(({ line, text: words }) =>
      item(line && button(`${WORDS.line} ${line}`, () => jump(line)), " ", el("span", { class: "stop" }, words)),
    ),
  );
  $("answers").hidden = faults.length > 0;
  if (faults.length) return say(WORDS.faulty + faults.length);
  $("title").textContent = `${seen.title} (${WORDS.edition} ${seen.edition})`;
  $("pictures").replaceChildren(...seen.pictures.map(picture));
  $("page").open = false;
  $("page").querySelector("iframe")?.remove();
  begin(seen);
  await verify();
}

async function verify() {
  $("summary").textContent = WORDS.verifying;
  $("found").replaceChildren();
  say(WORDS.verifying);
  const report = await ask("check", LANG);
  $("summary").textContent = report.summary;
  $("found").replaceChildren(
    ...report.faults.map(({ id, problem, lines }) =>
      item(
        el("code", { class: "stop" }, id),
        el("p", {}, problem),
        button(WORDS.walkit, () => follow(lines)),
      ),
    ),
  );
  say(WORDS.done + report.faults.length);
}

function picture({ title, svg, lines }) {
  const words = lines.join("\n");
  return el(
    "figure",
    { tabindex: 0 },
    el("figcaption", {}, title),
    el("img", { src: `data:image/svg+xml,${encodeURIComponent(svg)}`, alt: title }),
    details(WORDS.words, el("pre", { class: "words" }, words)),
  );
}

$("page").addEventListener("toggle", async () => {
  if (!$("page").open || $("page").querySelector("iframe")) return;
  const { html } = await ask("page", LANG);
  $("page").append(el("iframe", { sandbox: "", title: $("rules").textContent, srcdoc: html }));
});

// ---------------------------------------------------------------- an order

let seen;
let first; // the lines that the order begins with
let lines;
let base; // the moment before which nothing can happen any more
let present; // the moment that is shown
let asked = 0;

function begin(what) {
  seen = what;
  $("zone").textContent = seen.zone;
  $("by").replaceChildren(...seen.actors.map(({ value, label }) => el("option", { value }, label)));
  $("order").replaceChildren(
    ...seen.fields.map(field),
    el("button", {}, $("first").querySelector("summary").textContent),
  );
  restart(seen.lines);
}

const order = (which) => which.findLast((line) => line.order).order;

function restart(which, at = order(which).placed_at, by = $("by").value) {
  first = which.filter((line) => !line.do);
  lines = which;
  for (const { name, own } of seen.fields) {
    const known = own ? order(first).facts?.[name] : order(first)[name];
    const control = $("order").elements[name];
    control.value = control.type === "datetime-local" ? (known ?? "").slice(0, 19) : String(known ?? "");
  }
  $("by").value = by;
  base = at;
  $("clock").value = 0;
  return walk(at);
}

/** Walk through a case that verify found, up to what is wrong with it. */
async function follow(found) {
  const last = found.findLast((line) => line.do);
  await restart(found, last?.at, last?.by ?? $("by").value);
  $("walked").focus();
  $("walked").scrollIntoView();
}

function field({ name, label, kind, words }) {
  const types = { moment: "datetime-local", day: "date", number: "number" };
  const flags = [
    { value: "true", label: WORDS.yes },
    { value: "false", label: WORDS.no },
  ];
  const choices = kind === "flag" ? flags : words;
  const control = types[kind]
    ? el("input", { name, type: types[kind], step: kind === "moment" ? 1 : null })
    : el(
        "select",
        { name },
        name === "status" ? "" : el("option", { value: "" }, WORDS.none),
        ...choices.map(({ value, label: shown }) => el("option", { value }, shown)),
      );
  return el("label", {}, label, control);
}

/** What a control says, as JSON has it; nothing where it is empty. */
function value(kind, words) {
  if (words === "") return undefined;
  if (kind === "flag") return words === "true";
  return kind === "number" ? Number(words) : words;
}

$("order").addEventListener("submit", (event) => {
  event.preventDefault();
  const changed = { ...order(first), facts: { ...order(first).facts } };
  for (const { name, kind, own } of seen.fields) {
    (own ? changed.facts : changed)[name] = value(kind, $("order").elements[name].value);
  }
  restart([...first.filter((line) => !line.order), { order: changed }]);
});

/** The moment that the slider stands at: half an hour a step, from the last thing that was done. */
function moment() {
  const steps = Number($("clock").value);
  if (steps === 0) return base;
  const later = new Date(Date.parse(`${base.slice(0, 19)}Z`) + steps * 1_800_000);
  return later.toISOString().slice(0, 19);
}

async function walk(at = moment()) {
  const turn = ++asked;
  const by = $("by").value;
  $("lines").textContent = lines.map((line) => JSON.stringify(line)).join("\n");
  const answer = await ask("walk", JSON.stringify({ lines, at, by }), LANG);
  if (turn !== asked) return;
  present = answer.at;
  $("at").value = present.slice(0, 19);
  if (Number($("clock").value) === 0) base = present;
  $("clock").setAttribute("aria-valuetext", clock(present));
  $("steps").replaceChildren(...answer.steps.map(step));
  $("undo").disabled = !lines.some((line) => line.do);
  stands(answer.now);
  const given = (answer.now.options ?? []).map((each) => ({ ...each, at: present, by }));
  const [offered, barred] = [true, false].map((is) => given.filter((each) => each.offered === is));
  $("options").replaceChildren(
    ...offered.map(option),
    offered.length ? "" : el("p", {}, WORDS.nothing),
    details(
      `${WORDS.barred} (${barred.length})`,
      el("ul", {}, ...barred.map((each) => item(el("b", {}, each.label), ` – ${each.sentence}`))),
    ),
  );
}

function step({ at, who, what, ok, error, message, ahead, fired, messages, why }) {
  const words = [clock(at), who, what].filter(Boolean).join(" · ");
  return el(
    "li",
    { class: ahead ? "dim" : null },
    words,
    ahead ? ` (${WORDS.ahead})` : "",
    ok ? "" : el("div", { class: "stop" }, `${WORDS[error] ?? error}: ${message}`),
    ...fired.map((name) => el("div", {}, `${WORDS.fired}: ${name}`)),
    ...messages.map(({ party, medium, subject, body }) =>
      details(`${WORDS.to} ${party} (${medium}): ${subject}`, el("pre", { class: "words" }, body)),
    ),
    why.length ? details(WORDS.why, el("pre", { class: "words" }, why.join("\n\n"))) : "",
  );
}

function stands({ status, labels, marks = [], deadlines = [] }) {
  const rows = status
    ? [
        [WORDS.status, status],
        [WORDS.buyer, labels.buyer],
        [WORDS.seller, labels.seller],
        ...(marks.length ? [[WORDS.marks, marks.join(", ")]] : []),
      ]
    : [];
  const due = deadlines.map(({ label, due_at }) => [
    WORDS.due,
    `${label}: ${clock(due_at)} `,
    due_at > present ? button(WORDS.goto, () => go(due_at)) : "",
  ]);
  $("stands").replaceChildren(
    ...[...rows, ...due].flatMap(([name, ...what]) => [el("dt", {}, name), el("dd", {}, ...what)]),
  );
}

/** Let time pass until `at`; it does not run backwards. */
function go(at) {
  const ahead = Date.parse(`${at.slice(0, 19)}Z`) - Date.parse(`${base.slice(0, 19)}Z`);
  $("clock").value = Math.max(0, Math.ceil(ahead / 1_800_000));
  return walk(ahead > 0 ? at : base);
}

function option(each) {
  const { label, notice, confirmation, sentence, reasons, facts, lines: units, follows } = each;
  const bounds = ({ minimum, maximum }) => (maximum ? ` (${minimum}–${maximum} ${WORDS.characters})` : "");
  const named = reasons.filter(({ code }) => code);
  const form = el(
    "form",
    {},
    el(
      "fieldset",
      {},
      el("legend", {}, label),
      el("p", {}, sentence),
      notice && el("p", { class: "dim" }, notice),
      named.length
        ? el("label", {}, `${WORDS.reason} `, el("select", { name: "reason" }, ...named.map((reason) => el("option", { value: reason.code }, reason.label + bounds(reason)))))
        : "",
      reasons.some(({ maximum }) => maximum)
        ? el("label", {}, `${WORDS.text}${named.length ? "" : bounds(reasons[0])} `, el("input", { name: "text" }))
        : "",
      ...facts.map(({ name, label: asks, kind, values }) =>
        kind === "flag"
          ? el("label", {}, el("input", { type: "checkbox", name }), ` ${asks}`)
          : field({ name, label: `${asks} `, kind, words: values.map((word) => ({ value: word, label: word })) }),
      ),
      ...Object.entries(units).map(([id, most]) =>
        el("label", {}, `${WORDS.units} ${id} `, el("input", { type: "number", name: `units ${id}`, min: 0, max: most, value: most })),
      ),
      confirmation && el("p", { class: "dim" }, confirmation),
      follows.length
        ? details(WORDS.follows, el("ul", {}, ...follows.map((line) => item(line.sentence))))
        : "",
      el("p", {}, el("button", { class: "first" }, label)),
    ),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(each, form.elements);
  });
  return form;
}

/** Do what an option offers, with what its form says, as a line of the scenario. */
async function act({ command, event, accept, request, at, by, facts, lines: units }, said) {
  const data = {};
  for (const { name, kind } of facts) {
    data[name] = said[name].type === "checkbox" ? said[name].checked : value(kind, said[name].value);
  }
  const counts = Object.keys(units).map((id) => [id, Number(said[`units ${id}`].value)]);
  lines = [
    ...lines,
    {
      at,
      do: command,
      order_id: order(lines).id,
      by,
      ...(event && { event }),
      ...(accept !== null && { accept }),
      ...(request && !event && command !== "request" && { request }),
      ...(said.reason && { reason: said.reason.value }),
      ...(said.text?.value && { text: said.text.value }),
      ...(facts.length && { [event ? "facts" : "data"]: data }),
      ...(counts.length && { lines: Object.fromEntries(counts.filter(([, count]) => count)) }),
    },
  ];
  base = at;
  $("clock").value = 0;
  await walk(at);
  $("walked").focus();
}

$("clock").addEventListener("input", () => walk());
$("at").addEventListener("change", () => $("at").value && go($("at").value));
$("by").addEventListener("change", () => walk(present));
$("undo").addEventListener("click", () => {
  const last = lines.findLastIndex((line) => line.do);
  lines = lines.slice(0, last);
  base = lines.findLast((line) => line.do)?.at ?? order(lines).placed_at;
  $("clock").value = 0;
  walk(base);
});

$("run").addEventListener("click", run);
await open();
say($("state").textContent || WORDS.loading);
load().then(() => say(WORDS.ready));
