// An order that is walked through: each thing that is done is a line of a scenario, and the whole
// scenario is run again after it.
import { $, LANG, WORDS, button, clock, details, el, item, say } from "./dom.js";
import { ask } from "./session.js";

let seen;
let first; // the lines that the order begins with
let lines;
let base; // the moment before which nothing can happen any more
let present; // the moment that is shown
let asked = 0;

export function begin(what) {
  seen = what;
  $("zone").textContent = seen.zone;
  $("by").replaceChildren(...seen.actors.map(({ value, label }) => el("option", { value }, label)));
  $("order").replaceChildren(
    ...seen.fields.map(field),
    el("button", {}, WORDS.begin),
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
export async function follow(found) {
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
  if (answer.steps.length) say(told(answer.steps.at(-1)));
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

const refused = ({ error, message }) => `${WORDS[error] ?? error}: ${message}`;

/** A step in one line, for whoever hears what changes. */
function told(done) {
  const { at, who, what, ok, fired } = done;
  return [clock(at), who, what, ...fired, ok ? "" : refused(done)].filter(Boolean).join(" · ");
}

function step(done) {
  const { at, who, what, ok, ahead, fired, messages, why } = done;
  return el(
    "li",
    { class: ahead ? "dim" : null },
    [clock(at), who, what].filter(Boolean).join(" · "),
    ahead ? ` (${WORDS.ahead})` : "",
    ok ? "" : el("div", { class: "stop" }, refused(done)),
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
