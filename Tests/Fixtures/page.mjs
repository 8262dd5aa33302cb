// Runs the script of the web page without a browser: `node page.mjs URL`. Prints a line for each answer to a moving
// picture, `moving STATUS`, and one for the first picture that is shown after it, `picture`.
const base = process.argv[2];
let isNew = false;
setTimeout(() => process.exit(1), 60000);

class Element {
  constructor() { this.children = []; }
  appendChild(child) { this.children.push(child); }
  remove() {}
  set src(address) {
    if (!address.startsWith("blob:")) return;
    if (isNew) console.log("picture");
    isNew = false;
    setTimeout(() => this.onload?.());
  }
}

globalThis.document = { createElement: () => new Element(), getElementById: () => new Element() };
const fetched = globalThis.fetch;
globalThis.fetch = async (path, options) => {
  const answer = await fetched(new URL(path, base), options);
  if (path.includes(".mjpg")) {
    isNew = answer.ok;
    console.log("moving " + answer.status);
  }
  return answer;
};
new Function(await (await fetched(new URL("page.js", base))).text())();
