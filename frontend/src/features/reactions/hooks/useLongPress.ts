import { type MouseEvent, type PointerEvent, useRef } from "react";
import { swallowClick } from "@/ui/swallowClick";

/** A finger that rests for so long asks what it is about. */
const LONG_PRESS_MS = 450;

/** What a finger that rests on a button does, or the other button of a mouse, instead of pressing it. */
export function useLongPress(onLongPress: () => void) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const end = () => clearTimeout(timer.current);
  const onPointerDown = ({ pointerType }: PointerEvent) => {
    end();
    if (pointerType !== "touch") return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      navigator.vibrate?.(10);
      swallowClick();
      onLongPress();
    }, LONG_PRESS_MS);
  };
  const onContextMenu = (event: MouseEvent) => {
    event.preventDefault();
    // The message around it has a menu of its own.
    event.stopPropagation();
    const { pointerType } = event.nativeEvent as globalThis.PointerEvent;
    const rested = pointerType === "touch";
    // What a browser makes of a finger that rests may come before the time is over, or after it.
    if (rested && timer.current === undefined) return;
    end();
    timer.current = undefined;
    if (rested) swallowClick();
    onLongPress();
  };
  return { onPointerDown, onPointerUp: end, onPointerCancel: end, onPointerLeave: end, onContextMenu };
}
