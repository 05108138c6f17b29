import { createContext, use } from "react";

/** Whether what can be activated inside is a stop of the Tab key. In a list that is one stop, only what has been entered is. */
export const TabStopContext = createContext(true);

/** The `tabIndex` of something that can be activated. */
export function useTabStop(): 0 | -1 {
  return use(TabStopContext) ? 0 : -1;
}
