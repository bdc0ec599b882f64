/** Copies without moving the focus, over plain HTTP too, where pages have no `navigator.clipboard`. */
export async function copy(text: string): Promise<boolean> {
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard !== undefined) {
    try {
      await clipboard.writeText(text);
      return true;
    } catch {
      // the browser or the person refuses; the older way may be open
    }
  }
  return copyByCommand(text);
}

function copyByCommand(text: string): boolean {
  let isCopied = false;
  const answer = (event: ClipboardEvent): void => {
    event.clipboardData?.setData("text/plain", text);
    isCopied = event.clipboardData !== null;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  document.addEventListener("copy", answer, { capture: true });
  try {
    // the only way there is without a secure context
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    return document.execCommand("copy") && isCopied;
  } catch {
    return false;
  } finally {
    document.removeEventListener("copy", answer, { capture: true });
  }
}

/** What copies a selection here. */
export function copyShortcut(platform: string = navigator.userAgent): string {
  return /Mac|iPhone|iPad/.test(platform) ? "⌘ C" : "Ctrl C";
}
