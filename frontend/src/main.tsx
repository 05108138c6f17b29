import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { noticeDeveloper } from "./api/instance";
import { App } from "./app/App";
import { Antiphon } from "./app/antiphon";

noticeDeveloper();
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App antiphon={new Antiphon()} />
  </StrictMode>,
);
