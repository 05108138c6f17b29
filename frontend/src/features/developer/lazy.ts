import { lazy } from "react";

export const DeveloperPanel = lazy(() => import("./components/DeveloperPanel"));
