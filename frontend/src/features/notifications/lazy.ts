import { lazy } from "react";

export const Notifier = lazy(() => import("./components/Notifier"));
