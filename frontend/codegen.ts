import type { CodegenConfig } from "@graphql-codegen/cli";

/**
 * One entry per service, each with its own schema and its own documents (`*.<service>.graphql`): a field of the
 * wrong service is an error here, at build time. A single merged schema would hide it.
 */
const sdl = process.env.ANTIPHON_SDL_DIR ?? "../shared-schema";

const generates: CodegenConfig["generates"] = {};
for (const service of ["users", "sender", "receiver"]) {
  generates[`src/gql/${service}/`] = {
    schema: `${sdl}/${service}.graphql`,
    documents: `src/**/*.${service}.graphql`,
    preset: "client",
    presetConfig: { fragmentMasking: { unmaskFunctionName: "unmask" } },
    config: {
      useTypeImports: true,
      enumsAsTypes: true,
      strictScalars: true,
      scalars: { DateTime: "string", Cursor: "string" },
    },
  };
}

export default { generates, silent: true } satisfies CodegenConfig;
