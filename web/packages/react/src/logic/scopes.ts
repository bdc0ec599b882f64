import type { ScopeDefinition } from "../session.ts";

export const FULL_ACCESS = "*";
const CHIPS = 2;

export interface ScopeGroup {
  readonly resource: string;
  readonly scopes: readonly ScopeDefinition[];
}

/** By resource, in the order of the alphabet, of those that the text is found in. */
export function groupsOf(scopes: readonly ScopeDefinition[], search = ""): readonly ScopeGroup[] {
  const groups = new Map<string, ScopeDefinition[]>();
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

/** Whether one of them is the scope, or a pattern that covers it. */
export function covers(held: readonly string[], scope: string): boolean {
  const pattern = `${scope.split(":", 1)[0] ?? ""}:*`;
  return held.some((one) => one === FULL_ACCESS || one === pattern || one === scope);
}

/** What a row has room for, and what it leaves out. */
export function chipsOf(scopes: readonly string[]): { shown: readonly string[]; hidden: readonly string[] } {
  return { shown: scopes.slice(0, CHIPS), hidden: scopes.slice(CHIPS) };
}
