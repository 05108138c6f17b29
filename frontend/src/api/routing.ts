import { type DocumentNode, Kind, type OperationDefinitionNode } from "graphql";
import { rootFields } from "@/gql/routing";

export type Service = "users" | "sender" | "receiver";

/**
 * The one service that serves every root field of the operation. The table is generated from the three SDLs, so a
 * field that moves to another service is followed by the next build, and nothing is guessed from names.
 */
export function serviceOf(document: DocumentNode): Service {
  const operation = document.definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  if (!operation) throw new Error("a document without an operation cannot be routed");
  const services = new Set<Service>();
  for (const selection of operation.selectionSet.selections) {
    if (selection.kind !== Kind.FIELD) throw new Error("a fragment at the root of an operation cannot be routed");
    if (selection.name.value === "__typename") continue;
    const service = rootFields[operation.operation][selection.name.value];
    if (!service) throw new Error(`no service serves ${operation.operation} ${selection.name.value}`);
    services.add(service);
  }
  const [service, ...others] = services;
  if (!service || others.length > 0) {
    throw new Error(`no single service serves ${operation.name?.value ?? "the operation"}`);
  }
  return service;
}
