// Fails the build when what is downloaded as JavaScript grows over its budget: by a first visit before anything is shown, and
// by one that opens a chat, which has all of that and more. The second keeps the first honest: what only moves from one file
// to another that is fetched a moment later is still counted.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGETS = [
  { what: "initial JavaScript", most: 177_000, chunks: [] },
  { what: "JavaScript up to a chat", most: 315_000, chunks: ["SignedInLayout", "accounts", "ChatPage"] },
];

const html = readFileSync("dist/index.html", "utf8");
const names = readdirSync("dist/assets").filter((name) => name.endsWith(".js"));
const read = (name) => readFileSync(`dist/assets/${name}`, "utf8");

/** These files and what they import at once. */
function closureOf(roots) {
  const found = new Set(roots);
  for (const name of found) {
    for (const [, imported] of read(name).matchAll(/(?:\bfrom|\bimport)\s*"\.\/([^"/]+\.js)"/g)) found.add(imported);
  }
  return [...found];
}

function fileOf(chunk) {
  const [name, another] = names.filter((one) => one.startsWith(`${chunk}-`));
  if (!name || another) throw new Error(`there is not one ${chunk} in dist/assets`);
  return name;
}

const initial = names.filter((name) => html.includes(name));
for (const { what, most, chunks } of BUDGETS) {
  const files = closureOf([...initial, ...chunks.map(fileOf)]);
  const bytes = files.reduce((sum, name) => sum + gzipSync(read(name)).length, 0);
  console.log(`${what}: ${(bytes / 1000).toFixed(1)} kB gzip of ${most / 1000} kB (${files.length} files)`);
  if (bytes > most) process.exitCode = 1;
}
