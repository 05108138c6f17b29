import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { Antiphon } from "./app/antiphon";

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App antiphon={new Antiphon()} />
  </StrictMode>,
);
