// Writes each generated document, and each fragment, into a module of its own, for the sake of the download: in one module
// all documents would come with the first page, and every document would contain a copy of every fragment that it uses.
// `graphql.ts` stays what is imported: it has the types, and passes on the documents.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const DOCUMENT = /^export const (\w+) = (\{"kind":"Document".*\}) as unknown as DocumentNode<(.+), (.+)>;$/;
const NOTE = "/* eslint-disable */\n";

for (const service of ["users", "sender", "receiver"]) {
  const path = `src/gql/${service}/graphql.ts`;
  const folder = `src/gql/${service}/documents`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const fragments = new Map();
  const definitionOf = (definition) => {
    const text = JSON.stringify(definition);
    if (definition.kind !== "FragmentDefinition") return text;
    const name = `${definition.name.value}Definition`;
    if (fragments.has(name) && fragments.get(name) !== text) throw new Error(`there are two of ${name}`);
    fragments.set(name, text);
    return name;
  };
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .map((line) => {
      const [, name, json, result, variables] = DOCUMENT.exec(line) ?? [];
      if (!name) return line;
      const { definitions } = JSON.parse(json);
      const types = [result, variables].filter((type) => /^\w+$/.test(type) && type !== "unknown");
      const shared = definitions.filter(({ kind }) => kind === "FragmentDefinition").map(definitionOf);
      const text = `{"kind":"Document","definitions":[${definitions.map(definitionOf)}]}`;
      writeFileSync(
        `${folder}/${name}.ts`,
        [
          `${NOTE}import type { TypedDocumentNode } from "@graphql-typed-document-node/core";`,
          `import type { ${types.join(", ")} } from "../graphql";`,
          ...shared.map((fragment) => `import { ${fragment} } from "./${fragment}";`),
          `export const ${name} = ${text} as unknown as TypedDocumentNode<${result}, ${variables}>;\n`,
        ].join("\n"),
      );
      return `export { ${name} } from "./documents/${name}";`;
    });
  if (fragments.size === 0) throw new Error(`${path} has no documents with fragments`);
  for (const [name, text] of fragments)
    writeFileSync(`${folder}/${name}.ts`, `${NOTE}export const ${name} = ${text};\n`);
  const types = lines.filter((line) => !/^import type \{ TypedDocumentNode /.test(line));
  writeFileSync(path, types.join("\n"));
}
