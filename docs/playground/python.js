// Python as the page sees it: files are fetched from beside the page, code runs in the sandbox.
const BESIDE = new URL(".", import.meta.url);

async function files() {
  const names = await (await fetch(new URL("files.json", BESIDE))).json();
  const each = names.map(async (name) => {
    const answer = await fetch(new URL(name, BESIDE));
    if (!answer.ok) throw new Error(`${answer.status} ${name}`);
    return [name, await answer.arrayBuffer()];
  });
  return Object.fromEntries(await Promise.all(each));
}

export class Python {
  #waiting = new Map();
  #frame;
  #count = 0;
  #stopped = false;

  /** Load Python; `failed` is called where it cannot be. */
  constructor(failed) {
    this.ready = this.#start();
    this.ready.catch(failed);
  }

  async #start() {
    const [brought, worker] = await Promise.all([
      files(),
      fetch(new URL("worker.js", BESIDE)).then((answer) => answer.text()),
    ]);
    if (this.#stopped) return new Promise(() => {});
    this.#frame = document.createElement("iframe");
    this.#frame.setAttribute("sandbox", "allow-scripts");
    this.#frame.title = "Python";
    this.#frame.hidden = true;
    this.#frame.src = new URL("sandbox.html", BESIDE);
    const loaded = new Promise((done) => this.#frame.addEventListener("load", done));
    document.body.append(this.#frame);
    await loaded;
    return new Promise((done, fail) => {
      addEventListener("message", ({ source, data }) => {
        if (source !== this.#frame.contentWindow) return;
        if (data.ready) done();
        else if (!this.#waiting.has(data.id)) fail(new Error(data.failed));
        else this.#settle(data);
      });
      this.#frame.contentWindow.postMessage({ worker, files: brought }, "*", Object.values(brought));
    });
  }

  #settle({ id, value, failed }) {
    const { done, fail } = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (failed) fail(new Error(failed));
    else done(JSON.parse(value));
  }

  /** What a function of face.py answers. */
  async call(name, ...args) {
    await this.ready;
    return new Promise((done, fail) => {
      this.#waiting.set(++this.#count, { done, fail });
      this.#frame.contentWindow.postMessage({ id: this.#count, call: name, args }, "*");
    });
  }

  /** End it, whatever it is at; what it was asked is never answered. */
  stop() {
    this.#stopped = true;
    this.#frame?.remove();
  }
}
