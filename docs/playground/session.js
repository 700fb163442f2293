// Python while the page is open: it is loaded, asked, stopped and loaded again.
import { $, WORDS, say } from "./dom.js";
import { Python } from "./python.js";

let python;
let busy = 0;

export function load() {
  python = new Python((error) => say(`${WORDS.failed} ${error.message}`));
  python.ready.then(() => {
    if ([WORDS.loading, WORDS.stopped].includes($("state").textContent)) say(WORDS.ready);
  });
}

/** What Python answers, unless it was stopped meanwhile. */
export async function ask(...call) {
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

$("stop").addEventListener("click", () => {
  python.stop();
  busy = 0;
  $("stop").disabled = true;
  $("answers").hidden = true;
  say(WORDS.stopped);
  $("run").focus();
  load();
});
addEventListener("unhandledrejection", ({ reason }) => say(reason.message));
