// Python, in a worker: the first message brings its files, each further one a call.
const script = (bytes) => URL.createObjectURL(new Blob([bytes], { type: "text/javascript" }));

async function start(files) {
  // Pyodide asks for its files by fetch. It gets them from here; no request could leave anyway.
  self.fetch = async (address) => {
    const name = String(address).split("/").at(-1);
    const type = name.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
    return new Response(files[name], { headers: { "Content-Type": type } });
  };
  const [{ loadPyodide }, { default: createPyodideModule }] = await Promise.all([
    import(script(files["pyodide.mjs"])),
    import(script(files["pyodide.asm.mjs"])),
  ]);
  const python = await loadPyodide({
    createPyodideModule,
    env: { PYTHONDONTWRITEBYTECODE: "1" },
    indexURL: "https://playground.invalid/",
    lockFileContents: new TextDecoder().decode(files["pyodide-lock.json"]),
  });
  for (const [name, bytes] of Object.entries(files)) {
    if (name.endsWith(".whl")) python.unpackArchive(bytes, "wheel");
  }
  python.FS.writeFile("/home/pyodide/face.py", new Uint8Array(files["face.py"]));
  return python.pyimport("face");
}

let face;
onmessage = async ({ data }) => {
  if (data.files) face = start(data.files);
  try {
    const python = await face;
    if (data.files) postMessage({ ready: true });
    else postMessage({ id: data.id, value: python[data.call](...data.args) });
  } catch (error) {
    postMessage({ id: data.id, failed: String(error) });
  }
};
