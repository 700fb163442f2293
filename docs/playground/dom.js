// The elements of the page, and its words.
export const $ = (id) => document.getElementById(id);
export const LANG = document.documentElement.lang;
export const WORDS = JSON.parse($("words").textContent);

/** An element with its attributes and what is in it; words stay words. */
export function el(tag, attributes = {}, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...content.filter((each) => each != null && each !== ""));
  return made;
}

export const button = (words, onclick) => el("button", { type: "button", onclick }, words);
export const item = (...content) => el("li", {}, ...content);
export const details = (summary, ...content) => el("details", {}, el("summary", {}, summary), ...content);
export const say = (words) => ($("state").textContent = words);
export const clock = (moment) => moment.slice(0, 19).replace("T", " ").replace(/:00$/, "");
