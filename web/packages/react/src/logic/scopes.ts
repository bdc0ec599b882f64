import type { ScopeOption } from "../session.ts";

export const FULL_ACCESS = "*";
const CHIPS = 2;

export interface ScopeGroup {
  readonly resource: string;
  readonly scopes: readonly ScopeOption[];
}

/** By resource, in the order of the alphabet, of those that the text is found in. */
export function groupsOf(scopes: readonly ScopeOption[], search = ""): readonly ScopeGroup[] {
  const groups = new Map<string, ScopeOption[]>();
  const wanted = search.trim().toLowerCase();
  for (const scope of [...scopes].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const isFound = `${scope.name} ${scope.description}`.toLowerCase().includes(wanted);
    if (scope.name !== FULL_ACCESS && isFound) {
      const resource = scope.name.split(":", 1)[0] ?? scope.name;
      groups.set(resource, [...(groups.get(resource) ?? []), scope]);
    }
  }
  return [...groups].map(([resource, members]) => ({ resource, scopes: members }));
}

/** Whether the session may give full access. */
export function mayGiveAll(scopes: readonly ScopeOption[]): boolean {
  return scopes.some(({ name, grantable }) => name === FULL_ACCESS && grantable);
}

/** What a row has room for, and what it leaves out. */
export function chipsOf(scopes: readonly string[]): { shown: readonly string[]; hidden: readonly string[] } {
  return { shown: scopes.slice(0, CHIPS), hidden: scopes.slice(CHIPS) };
}
