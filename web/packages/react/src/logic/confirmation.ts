const IN_USE_DAYS = 7;

/** Case, spaces and what separates words do not count. */
export function isSameName(typed: string, name: string): boolean {
  return plainName(typed) === plainName(name);
}

/** As one would type it: without the dot that no keyboard has. */
export function typeable(name: string): string {
  return name.replace(/\s*·\s*/g, " ").trim();
}

/** Whether a key is used so lately that somebody would notice. */
export function isInUse(lastUsedAt: string | null, now: number = Date.now()): boolean {
  return lastUsedAt !== null && now - new Date(lastUsedAt).getTime() < IN_USE_DAYS * 86_400_000;
}

function plainName(name: string): string {
  const letters = name.toLocaleLowerCase().replace(/[\s·]+/gu, "");
  // a name of nothing else is typed as it is
  return letters === "" ? name : letters;
}
