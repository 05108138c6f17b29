// Audits a GraphQL endpoint against the GraphQL over HTTP specification.
//
//   node audit.mjs http://127.0.0.1:4001/graphql [bearer token]
//
// Prints every audit that does not pass, then "passed/total"; exits with 1 unless all pass.

import { auditServer } from "graphql-http";

const [url, token] = process.argv.slice(2);
if (!url) {
  console.error("usage: node audit.mjs URL [TOKEN]");
  process.exit(2);
}

const fetchFn = (address, options = {}) =>
  fetch(address, {
    ...options,
    headers: { ...options.headers, ...(token && { authorization: `Bearer ${token}` }) },
  });

const results = await auditServer({ url, fetchFn });
const failed = results.filter((result) => result.status !== "ok");
for (const { id, name, status, reason } of failed) {
  console.log(`${status} ${id} ${name}: ${reason}`);
}
console.log(`${results.length - failed.length}/${results.length}`);
process.exit(failed.length === 0 ? 0 : 1);
