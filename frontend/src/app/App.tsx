import { ApolloProvider } from "@apollo/client/react";
import { DirectionProvider, MantineProvider } from "@mantine/core";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useStore } from "@/api/store";
import { language } from "@/strings";
import { theme } from "@/ui/theme";
import { type Antiphon, AntiphonContext } from "./antiphon";
import { makeRouter } from "./router";
import { UpdatePrompt } from "./UpdatePrompt";
import type { Updates } from "./updates";
import { useFieldWords } from "./useFieldWords";

export function App({ antiphon, updates }: { antiphon: Antiphon; updates: Updates }) {
  const [router] = useState(() => makeRouter(antiphon));
  const spoken = useStore(language);
  useFieldWords();
  const state = useStore(antiphon.session.state);
  // Signing in and out, here or in another tab, leads to the right side of the door.
  useEffect(() => {
    void router.invalidate();
  }, [router, state]);
  return (
    <AntiphonContext value={antiphon}>
      <ApolloProvider client={antiphon.client}>
        {/* The variables are in theme.css: a style element made at run time would need a laxer policy. */}
        <MantineProvider
          theme={theme}
          defaultColorScheme="auto"
          withCssVariables={false}
          withGlobalClasses={false}
          deduplicateInlineStyles
        >
          <DirectionProvider key={spoken}>
            <RouterProvider router={router} />
            <UpdatePrompt updates={updates} />
          </DirectionProvider>
        </MantineProvider>
      </ApolloProvider>
    </AntiphonContext>
  );
}
