import { useEffect } from "react";
import { t } from "@/strings";

/**
 * What a browser says of a field that it does not send comes in the language of the browser. Here it comes in that of
 * the page, which the reader may have chosen because theirs is another one.
 */
export function useFieldWords(): void {
  useEffect(() => {
    const refuse = ({ target }: Event) => {
      if (!(target instanceof HTMLInputElement)) return;
      target.setCustomValidity("");
      const { valueMissing, typeMismatch } = target.validity;
      if (valueMissing) target.setCustomValidity(t.errors.reason.REQUIRED);
      else if (typeMismatch) target.setCustomValidity(t.errors.reason.NOT_AN_EMAIL_ADDRESS);
    };
    // Words of one's own make a field invalid until they are taken back.
    const accept = ({ target }: Event) => target instanceof HTMLInputElement && target.setCustomValidity("");
    addEventListener("invalid", refuse, true);
    addEventListener("input", accept, true);
    return () => {
      removeEventListener("invalid", refuse, true);
      removeEventListener("input", accept, true);
    };
  }, []);
}
