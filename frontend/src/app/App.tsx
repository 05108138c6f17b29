import { ApolloProvider } from "@apollo/client/react";
import { DirectionProvider, MantineProvider } from "@mantine/core";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useStore } from "@/api/store";
import { type Services, ServicesContext } from "@/session/services";
import { language } from "@/strings";
import { theme } from "@/ui/theme";
import { makeRouter } from "./router";
import { UpdatePrompt } from "./UpdatePrompt";
import type { Updates } from "./updates";
import { useFieldWords } from "./useFieldWords";

export function App({ services, updates }: { services: Services; updates: Updates }) {
  const [router] = useState(() => makeRouter(services));
  const spoken = useStore(language);
  useFieldWords();
  const state = useStore(services.session.state);
  // Signing in and out, here or in another tab, leads to the right side of the door.
  useEffect(() => {
    void router.invalidate();
  }, [router, state]);
  return (
    <ServicesContext value={services}>
      <ApolloProvider client={services.client}>
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
    </ServicesContext>
  );
}
