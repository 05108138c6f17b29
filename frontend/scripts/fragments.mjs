// Writes each fragment once into the generated documents, which share it: otherwise every document would contain a copy
// of every fragment that it uses, and most of what the first page downloads of them would be copies.
import { readFileSync, writeFileSync } from "node:fs";

const DOCUMENT = /^export const (\w+) = (\{"kind":"Document".*\}) as unknown as (.+)$/;

for (const service of ["users", "sender", "receiver"]) {
  const path = `src/gql/${service}/graphql.ts`;
  const fragments = new Map();
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .map((line) => {
      const [, name, json, type] = DOCUMENT.exec(line) ?? [];
      if (!name) return line;
      const definitions = JSON.parse(json).definitions.map((definition) => {
        const text = JSON.stringify(definition);
        if (definition.kind !== "FragmentDefinition") return text;
        const { value } = definition.name;
        if (fragments.has(value) && fragments.get(value) !== text) throw new Error(`two fragments are called ${value}`);
        fragments.set(value, text);
        return `${value}Definition`;
      });
      return `export const ${name} = {"kind":"Document","definitions":[${definitions}]} as unknown as ${type}`;
    });
  const at = lines.findIndex((line) => DOCUMENT.test(line));
  if (at < 0) throw new Error(`${path} has no documents`);
  const shared = [...fragments].map(([name, text]) => `const ${name}Definition = ${text};`);
  writeFileSync(path, [...lines.slice(0, at), ...shared, ...lines.slice(at)].join("\n"));
}
