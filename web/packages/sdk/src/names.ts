import { OPAQUE_FIELDS } from "./generated/api.ts";

const OPAQUE = new Set(OPAQUE_FIELDS);

/** Names as the API writes them: `lastFour` is `last_four`. */
export function toWire(value: unknown): unknown {
  return rename(value, snake);
}

/** Names as TypeScript writes them: `last_four` is `lastFour`. */
export function fromWire(value: unknown): unknown {
  return rename(value, camel);
}

export function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export function camel(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function rename(value: unknown, to: (name: string) => string): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => rename(item, to));
  }
  if (typeof value !== "object" || value === null || value instanceof Date) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => [
      to(name),
      OPAQUE.has(camel(name)) ? (held as unknown) : rename(held, to),
    ]),
  );
}
