/** The small things that screens are made of. */
import type { ComponentPropsWithoutRef, ReactNode } from "react";
import type { Format } from "../logic/format.ts";
import type { Rich } from "../messages/rich.ts";
import { Icon, type IconName } from "./icon.tsx";

/** What hosts style by `::part()`, and in the light tree by `[data-part]`. */
export function part(name: string): { part: string; "data-part": string } {
  return { part: name, "data-part": name };
}

export function classes(...names: readonly (string | false | undefined)[]): string {
  return names.filter(Boolean).join(" ");
}

interface ButtonProps extends ComponentPropsWithoutRef<"button"> {
  look?: "primary" | "danger" | "ghost" | "plain";
  icon?: IconName;
  isSmall?: boolean;
}

export function Button({ look = "plain", icon, isSmall = false, children, ...rest }: ButtonProps): ReactNode {
  return (
    <button
      type="button"
      {...part(look === "primary" || look === "danger" ? `button ${look}` : "button")}
      className={classes("shl-btn", `shl-${look}`, isSmall && "shl-sm")}
      {...rest}
    >
      {icon && <Icon name={icon} />}
      <span className="shl-tx">{children}</span>
    </button>
  );
}

/** A button that is an icon; what it does is its label. */
export function IconButton({
  icon,
  label,
  ...rest
}: ComponentPropsWithoutRef<"button"> & { icon: IconName; label: string }): ReactNode {
  return (
    <button
      type="button"
      {...part("button")}
      className="shl-btn shl-ghost shl-icon"
      aria-label={label}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}

export function RichText({ text }: { text: Rich }): ReactNode {
  return text.map((piece, at) =>
    typeof piece === "string" ? (
      piece
    ) : "strong" in piece ? (
      <b key={at}>{piece.strong}</b>
    ) : (
      <code key={at}>{piece.code}</code>
    ),
  );
}

/** Something to be read before one goes on. What has gone wrong is announced at once. */
export function Note({
  look = "info",
  title,
  children,
}: {
  look?: "info" | "warn" | "error";
  title?: string;
  children: ReactNode;
}): ReactNode {
  return (
    <div className={`shl-note shl-note-${look}`} role={look === "info" ? undefined : "alert"}>
      <Icon name={look === "info" ? "info" : "warn"} />
      <div className="shl-grow">
        {title !== undefined && <b>{title}</b>}
        <div>{children}</div>
      </div>
    </div>
  );
}

/** Relative, with the exact time for who points at it. */
export function Time({ at, format, always }: { at: string; format: Format; always?: boolean }): ReactNode {
  return (
    <time dateTime={at} title={format.exact(at)}>
      {format.relative(at, { always: always ?? false })}
    </time>
  );
}
