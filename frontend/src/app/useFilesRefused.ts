import { useEffect } from "react";
import { t } from "@/strings";
import { tell } from "@/ui/status";

const hasFiles = (data: DataTransfer | null) => data?.types.includes("Files") ?? false;

/**
 * A file that is dropped or pasted cannot be sent, and says so. Left to itself the browser would open it in the place of
 * the chat, or drop it without a word.
 */
export function useFilesRefused(): void {
  useEffect(() => {
    const onDragOver = (event: DragEvent) => {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      event.dataTransfer!.dropEffect = "none";
    };
    const onDrop = (event: DragEvent) => {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      tell(t.app.noFilesYet);
    };
    const onPaste = ({ clipboardData }: ClipboardEvent) => {
      // A table or a page that is copied comes with its picture: then the text is what is meant.
      if (hasFiles(clipboardData) && !clipboardData?.types.includes("text/plain")) tell(t.app.noFilesYet);
    };
    addEventListener("dragover", onDragOver);
    addEventListener("drop", onDrop);
    addEventListener("paste", onPaste);
    return () => {
      removeEventListener("dragover", onDragOver);
      removeEventListener("drop", onDrop);
      removeEventListener("paste", onPaste);
    };
  }, []);
}
