import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Icon, type IconName } from "./icon.tsx";
import { classes, IconButton } from "./parts.tsx";

export interface MenuItem {
  readonly text: string;
  /** With the name of what it acts on. */
  readonly label: string;
  readonly icon: IconName;
  readonly isRisky?: boolean;
  readonly act: () => void;
}

const GAP_PX = 4;

/** A button with what can be done, in the top layer: no host's overflow cuts it off. */
export function Menu({ label, items }: { label: string; items: readonly MenuItem[] }): ReactNode {
  const list = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  useEffect(() => {
    const menu = list.current;
    const toggled = (event: Event): void => {
      setOpen((event as ToggleEvent).newState === "open");
    };
    menu?.addEventListener("toggle", toggled);
    return () => {
      menu?.removeEventListener("toggle", toggled);
    };
  }, []);
  return (
    <>
      <IconButton
        icon="more"
        label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={(event) => {
          if (isOpen) {
            list.current?.hidePopover();
          } else if (list.current !== null) {
            open(list.current, event.currentTarget);
          }
        }}
      />
      <div
        ref={list}
        id={id}
        className="shl-menu"
        role="menu"
        aria-label={label}
        popover="auto"
        onKeyDown={walk}
      >
        {items.map(({ text, label: name, icon, isRisky, act }) => (
          <button
            key={text}
            type="button"
            role="menuitem"
            tabIndex={-1}
            aria-label={name}
            className={classes("shl-mi", isRisky && "shl-risky")}
            onClick={() => {
              // the focus goes back to the button
              list.current?.hidePopover();
              act();
            }}
          >
            <Icon name={icon} />
            <span className="shl-tx">{text}</span>
          </button>
        ))}
      </div>
    </>
  );
}

function open(menu: HTMLElement, trigger: HTMLElement): void {
  menu.showPopover();
  place(menu, trigger);
  menu.querySelector<HTMLElement>("[role=menuitem]")?.focus();
}

/** Below the end of its button, above it where there is no room. */
function place(menu: HTMLElement, trigger: HTMLElement): void {
  const at = trigger.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const isRightToLeft = getComputedStyle(trigger).direction === "rtl";
  const left = isRightToLeft ? at.left : at.right - width;
  const below = at.bottom + GAP_PX;
  const top = below + height > innerHeight ? at.top - GAP_PX - height : below;
  menu.style.left = `${String(Math.max(GAP_PX, Math.min(left, innerWidth - width - GAP_PX)))}px`;
  menu.style.top = `${String(Math.max(GAP_PX, top))}px`;
}

function walk(event: KeyboardEvent<HTMLElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=menuitem]")];
  const tree = event.currentTarget.getRootNode() as Document | ShadowRoot;
  const at = items.findIndex((item) => item === tree.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1, Tab: undefined }[event.key];
  if (event.key === "Tab") {
    event.currentTarget.hidePopover();
  } else if (next !== undefined) {
    event.preventDefault();
    items.at(next % items.length)?.focus();
  }
}
