import type { ReactNode } from "react";

const CIRCLE = "M13.75 8a5.75 5.75 0 1 1-11.5 0 5.75 5.75 0 0 1 11.5 0z";

const PATHS = {
  search: "M11.25 7a4.25 4.25 0 1 1-8.5 0 4.25 4.25 0 0 1 8.5 0zM10.25 10.25l3.25 3.25",
  plus: "M8 3.25v9.5M3.25 8h9.5",
  down: "M4.5 6.25 8 9.75l3.5-3.5",
  right: "M6.25 4.5 9.75 8l-3.5 3.5",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  check: "m3.5 8.5 3 3 6-6.75",
  active: `${CIRCLE}m-8.25.25 1.75 1.75 3.25-3.75`,
  clock: `${CIRCLE}M8 4.9v3.3l2.1 1.3`,
  rotating:
    "M13.2 6.6A5.4 5.4 0 0 0 3.6 4.9L2.5 6.25M2.5 3v3.25h3.25M2.8 9.4a5.4 5.4 0 0 0 9.6 1.7l1.1-1.35M13.5 13V9.75h-3.25",
  disabled: `${CIRCLE}M6.5 6v4M9.5 6v4`,
  expired:
    "M4.25 2.25h7.5M4.25 13.75h7.5M5.25 2.25v2c0 .8.3 1.4.9 1.9L8 8l1.85-1.85c.6-.5.9-1.1.9-1.9v-2M5.25 13.75v-2c0-.8.3-1.4.9-1.9L8 8l1.85 1.85c.6.5.9 1.1.9 1.9v2",
  revoked: `${CIRCLE}M4 4l8 8`,
  copy: "M7.25 5.75h4.5a1.5 1.5 0 0 1 1.5 1.5v4.5a1.5 1.5 0 0 1-1.5 1.5h-4.5a1.5 1.5 0 0 1-1.5-1.5v-4.5a1.5 1.5 0 0 1 1.5-1.5zM10.25 5.75v-1.5a1.5 1.5 0 0 0-1.5-1.5h-4.5a1.5 1.5 0 0 0-1.5 1.5v4.5a1.5 1.5 0 0 0 1.5 1.5h1.5",
  warn: "M8 2.4 14.1 13H1.9zM8 6.6v2.9M8 11.3v.01",
  info: `${CIRCLE}M8 7.5v3.25M8 5.25v.01`,
  close: "m4 4 8 8M12 4l-8 8",
  lock: "M4.5 7h7a1.25 1.25 0 0 1 1.25 1.25v4a1.25 1.25 0 0 1-1.25 1.25h-7a1.25 1.25 0 0 1-1.25-1.25v-4A1.25 1.25 0 0 1 4.5 7zM5.25 7V5a2.75 2.75 0 0 1 5.5 0v2",
  calendar:
    "M4 3.5h8A1.5 1.5 0 0 1 13.5 5v7a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 12V5A1.5 1.5 0 0 1 4 3.5zM2.5 6.75h11M5.5 2v2.5M10.5 2v2.5",
  filter: "M2.5 4h11M4.5 8h7M6.5 12h3",
} as const;

export type IconName = keyof typeof PATHS;

/** Always beside a word, or in a button that has a label. */
export function Icon({ name }: { name: IconName }): ReactNode {
  return (
    <svg className={`shl-i shl-i-${name}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
