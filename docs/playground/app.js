// The page: a policy's text on the left, what the library says of it on the right.
import { $, LANG, WORDS, button, details, el, item, say } from "./dom.js";
import { begin, follow } from "./order.js";
import { ask, load } from "./session.js";

const EXAMPLES = JSON.parse($("examples").textContent);

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
      item(line && button(WORDS.line.replace("#", line), () => jump(line)), " ", el("span", { class: "stop" }, words)),
    ),
  );
  $("answers").hidden = faults.length > 0;
  if (faults.length) return say(WORDS.faulty + faults.length);
  $("title").textContent = `${seen.title} (${WORDS.edition.replace("#", seen.edition)})`;
  $("pictures").replaceChildren();
  $("page").open = false;
  $("page").querySelector("iframe")?.remove();
  begin(seen);
  const { pictures } = await ask("drawn", LANG);
  $("pictures").replaceChildren(...pictures.map(picture));
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
  say(report.ok || report.faults.length ? WORDS.done + report.faults.length : WORDS.left);
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

$("run").addEventListener("click", run);
await open();
say($("state").textContent || WORDS.loading);
load();
