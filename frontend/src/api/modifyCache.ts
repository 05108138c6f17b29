import type { ApolloCache } from "@apollo/client";
import type { Modifier } from "@apollo/client/cache";

/**
 * `cache.modify` for fields whose stored form the caller knows: connections hold references, which the types of Apollo
 * cannot tell apart from the objects they were written as. An entry or field that is not there is left alone.
 */
export function modifyCache(
  cache: ApolloCache,
  id: string | undefined,
  // biome-ignore lint/suspicious/noExplicitAny: each field has its own stored form, stated at the call
  fields: Record<string, Modifier<any>>,
): void {
  if (id) cache.modify({ id, fields });
}

/** The key arguments of a stored field, which the cache keeps in its name: `messages:{"chatId":"…"}`. */
export function argumentsOf(storeFieldName: string): Readonly<Record<string, unknown>> {
  const at = storeFieldName.indexOf(":");
  return at < 0 ? {} : JSON.parse(storeFieldName.slice(at + 1));
}
