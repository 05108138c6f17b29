import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { noticeDeveloper } from "./api/instance";
import { App } from "./app/App";
import { ApplicationServices } from "./app/services";
import { Updates } from "./app/updates";
import { preferredLanguage, speak } from "./strings";

noticeDeveloper();
const updates = new Updates();
// The words come first: a page that changes its language before one's eyes looks broken.
void speak(preferredLanguage())
  .catch((error) => console.warn("the page speaks English", error))
  .then(show);

function show() {
  createRoot(document.getElementById("root")!).render(
    <StrictMode>
      <App services={new ApplicationServices()} updates={updates} />
    </StrictMode>,
  );
  // Afterwards: what is only for the next visit must not hold up this one.
  if (import.meta.env.PROD) {
    updates.follow().catch((error) => console.warn("there will be no start without a network", error));
  }
}
