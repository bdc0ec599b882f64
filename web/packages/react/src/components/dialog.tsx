import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { classes, IconButton, part } from "./parts.tsx";

interface DialogProps {
  title: ReactNode;
  size?: "small" | "wide" | "tall";
  /** The person wants to leave: by Escape, the button, or what their system has for it. */
  onLeave: () => void;
  /** Of a button in the head; without it there is none. */
  closeLabel?: string;
  /** Stays in sight at the end. */
  foot: ReactNode;
  children: ReactNode;
  /** Gets the form, to find in it what is wrong. */
  onSubmit?: (form: HTMLFormElement) => void;
}

/** A native dialog. It opens when it is there; when it goes, the focus is where it was. */
export function Dialog({
  title,
  size,
  onLeave,
  closeLabel,
  foot,
  children,
  onSubmit,
}: DialogProps): ReactNode {
  const ref = useRef<HTMLDialogElement>(null);
  const leave = useRef(onLeave);
  const titleId = useId();
  useLayoutEffect(() => {
    leave.current = onLeave;
  });
  useLayoutEffect(() => {
    const dialog = ref.current;
    return dialog === null
      ? undefined
      : opened(dialog, () => {
          leave.current();
        });
  }, []);
  return (
    <dialog
      ref={ref}
      {...part("dialog")}
      className={classes("shl-dlg", size && `shl-${size}`)}
      aria-labelledby={titleId}
    >
      <form
        method="dialog"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit?.(event.currentTarget);
        }}
      >
        <header className="shl-dh">
          <h2 id={titleId} tabIndex={-1}>
            {title}
          </h2>
          {closeLabel !== undefined && <IconButton icon="close" label={closeLabel} onClick={onLeave} />}
        </header>
        <div className="shl-db">{children}</div>
        <footer className="shl-df">{foot}</footer>
      </form>
    </dialog>
  );
}

function opened(dialog: HTMLDialogElement, leave: () => void): () => void {
  const tree = dialog.getRootNode() as Document | ShadowRoot;
  const before = tree.activeElement as HTMLElement | null;
  const open = (): void => {
    dialog.showModal();
    dialog.querySelector<HTMLElement>("[data-first]")?.focus();
  };
  const cancelled = (event: Event): void => {
    event.preventDefault();
    leave();
  };
  // a browser closes what is cancelled twice; whether it may be left is not for it to say
  const closed = (): void => {
    // the event comes late, and may be of a dialog that React has taken away and put back to try it
    if (!dialog.open) {
      open();
      leave();
    }
  };
  dialog.addEventListener("cancel", cancelled);
  dialog.addEventListener("close", closed);
  open();
  return () => {
    dialog.removeEventListener("cancel", cancelled);
    dialog.removeEventListener("close", closed);
    const screen = dialog.closest(".shl");
    dialog.close();
    returnFocus(before, screen);
  };
}

/** To where it was, or to the head of the screen where that is gone. */
function returnFocus(before: HTMLElement | null, screen: Element | null): void {
  if (before !== null && before.isConnected && before !== document.body) {
    before.focus();
  }
  // what had it may be about to go, as the row of a key that was revoked
  requestAnimationFrame(() => {
    const tree = screen?.getRootNode() as Document | ShadowRoot | undefined;
    const active = tree?.activeElement;
    if (active === null || active === document.body) {
      screen?.querySelector<HTMLElement>("[data-home]")?.focus();
    }
  });
}
