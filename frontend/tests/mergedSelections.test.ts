import { readFileSync } from "node:fs";
import { buildSchema, type DocumentNode, Kind, parse, print, validate, visit } from "graphql";
import { expect, test } from "vitest";
import { mergedSelections, mergingTransform } from "@/api/mergedSelections";
import { possibleTypes } from "@/gql/possibleTypes";
import * as receiver from "@/gql/receiver/graphql";

const kinds = new Set(Object.values(possibleTypes).flat());
const merged = (text: string) =>
  print(mergedSelections(parse(text), kinds))
    .replace(/\s+/g, " ")
    .trim();

test("a field that several fragments ask for is asked for once", () => {
  const text = `query Q { messages { id ...A ...B } }
    fragment A on Message { id content sender { id } }
    fragment B on Message { content sender { id displayName } }`;
  expect(merged(text)).toBe("query Q { messages { id content sender { id displayName } } }");
});

test("what only one kind of event has stays with that kind", () => {
  const text = `query Q { events { ...A ...B } }
    fragment A on FeedEvent { seq ... on MessageAdded { message { id } } }
    fragment B on FeedEvent { seq ... on MessageAdded { message { content } } ... on ChatLeft { chatId } }`;
  expect(merged(text)).toBe(
    "query Q { events { seq ... on MessageAdded { message { id content } } ... on ChatLeft { chatId } } }",
  );
});

test("fields with other arguments or another name in the answer are other fields", () => {
  const text = "query Q { chat(id: 1) { id } chat(id: 1) { name } other: chat(id: 2) { id } }";
  expect(merged(text)).toBe("query Q { chat(id: 1) { id name } other: chat(id: 2) { id } }");
});

test("every operation that the client sends to the receiver is valid when merged, and asks for nothing twice", () => {
  const schema = buildSchema(readFileSync("../shared-schema/receiver.graphql", "utf8"));
  const transform = mergingTransform(possibleTypes);
  const documents = Object.entries(receiver).filter(([name]) => name.endsWith("Document")) as [string, DocumentNode][];
  expect(documents.length).toBeGreaterThan(6);
  for (const [name, document] of documents) {
    const sent = transform.transformDocument(document);
    expect(validate(schema, sent), name).toEqual([]);
    visit(sent, {
      [Kind.SELECTION_SET]: ({ selections }) => {
        const fields = selections.map((selection) => print(selection).split("{")[0]);
        expect(new Set(fields).size, `${name} asks twice for one of ${fields}`).toBe(fields.length);
      },
    });
  }
});

test("a fragment under a condition is refused rather than asked for always", () => {
  const text = "query Q($more: Boolean!) { messages { ...A @include(if: $more) } } fragment A on Message { id }";
  expect(() => merged(text)).toThrow("directive");
});
