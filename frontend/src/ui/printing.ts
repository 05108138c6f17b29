import { useEffect, useState } from "react";
import { flushSync } from "react-dom";

/** Whether the page is being printed: then what scrolls must stand there whole. True before the browser looks. */
export function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const print = matchMedia("print");
    const begin = () => flushSync(() => setPrinting(true));
    const end = () => setPrinting(false);
    const change = () => (print.matches ? begin() : end());
    addEventListener("beforeprint", begin);
    addEventListener("afterprint", end);
    print.addEventListener("change", change);
    return () => {
      removeEventListener("beforeprint", begin);
      removeEventListener("afterprint", end);
      print.removeEventListener("change", change);
    };
  }, []);
  return printing;
}
