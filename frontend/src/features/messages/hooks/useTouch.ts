import { type MouseEvent, type PointerEvent, useRef, useState } from "react";
import { swallowClick } from "@/ui/swallowClick";

/** A finger that rests for so long means the message, not what is at that place of it. */
const LONG_PRESS_MS = 450;
/** A finger never rests quite still. */
const STILL_PX = 10;
/** Pulled this far, letting go replies. It follows no further than a bit more. */
const REPLY_PX = 56;
const FURTHEST_PX = 76;
/** What begins at the edge of the screen is the system's own gesture. */
const EDGE_PX = 24;

interface Touch {
  id: number;
  x: number;
  y: number;
  timer: ReturnType<typeof setTimeout>;
}

/**
 * What fingers do with a message: rest on it for its menu, or pull it towards the end of the line to reply. A pull
 * shows as the custom property `--pull` of the row.
 */
export function useTouch(on: { longPress(): void; reply(): void }) {
  const touch = useRef<Touch>(undefined);
  const pull = useRef(0);
  const [pulling, setPulling] = useState(false);

  const show = (row: HTMLElement, distance: number) => {
    pull.current = distance;
    const sign = getComputedStyle(row).direction === "rtl" ? -1 : 1;
    row.style.setProperty("--pull", `${sign * distance}px`);
  };
  const end = (row: HTMLElement) => {
    clearTimeout(touch.current?.timer);
    touch.current = undefined;
    setPulling(false);
    show(row, 0);
  };
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    const target = event.target as Element;
    const inside = event.clientX > EDGE_PX && event.clientX < innerWidth - EDGE_PX;
    if (event.pointerType !== "touch" || !event.isPrimary || !inside || target.closest("a, button, [data-wide]"))
      return;
    const row = event.currentTarget;
    const timer = setTimeout(() => {
      end(row);
      navigator.vibrate?.(10);
      swallowClick();
      on.longPress();
    }, LONG_PRESS_MS);
    touch.current = { id: event.pointerId, x: event.clientX, y: event.clientY, timer };
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    const began = touch.current;
    if (began?.id !== event.pointerId) return;
    const row = event.currentTarget;
    const sign = getComputedStyle(row).direction === "rtl" ? -1 : 1;
    const along = (event.clientX - began.x) * sign;
    const across = Math.abs(event.clientY - began.y);
    if (!pulling) {
      if (Math.hypot(along, across) < STILL_PX) return;
      clearTimeout(began.timer);
      if (along < across) return end(row);
      row.setPointerCapture?.(event.pointerId);
      setPulling(true);
    }
    show(row, Math.max(0, Math.min(along, FURTHEST_PX)));
  };
  const onPointerUp = (event: PointerEvent<HTMLElement>) => {
    if (touch.current?.id !== event.pointerId) return;
    const far = pull.current >= REPLY_PX;
    end(event.currentTarget);
    if (far) on.reply();
  };
  const onPointerCancel = (event: PointerEvent<HTMLElement>) => {
    if (touch.current?.id === event.pointerId) end(event.currentTarget);
  };
  /** What the browser makes of a finger that rests, which may come first. Links keep their own menu. */
  const onContextMenu = (event: MouseEvent<HTMLElement>) => {
    const { pointerType } = event.nativeEvent as globalThis.PointerEvent;
    if (pointerType !== "touch" || (event.target as Element).closest("a")) return;
    event.preventDefault();
    if (touch.current) swallowClick();
    end(event.currentTarget);
    on.longPress();
  };
  return { pulling, handlers: { onPointerDown, onPointerMove, onPointerUp, onPointerCancel, onContextMenu } };
}
