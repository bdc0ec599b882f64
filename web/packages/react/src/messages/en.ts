import { code, counting, rich, type Rich, strong } from "./rich.ts";

const count = counting("en");

/** What a screen is called, says and asks, in English. The type of all catalogues is that of this one. */
export const english = {
  language: "en",

  title: "API keys",
  lead: "Keys act as their owner. Treat them like passwords.",
  newKey: "New key",
  owners: "Owner",
  loading: "Loading the keys",

  table: {
    caption: (owner: string) => `API keys of ${owner}`,
    key: "Key",
    scopes: "Scopes",
    lastUsed: "Last used",
    expires: "Expires",
    status: "Status",
    created: "Created",
    actions: "Actions",
    never: "Never",
    neverUsed: "never used",
    noExpiry: "No expiry",
    expiresIn: (time: string) => `expires ${time}`,
    expiredAgo: (time: string) => `expired ${time}`,
    publishable: "publishable",
    test: "test",
    fullAccess: "full access",
    noScopes: "None",
    moreScopes: (hidden: number, name: string) =>
      `${count(hidden, { one: "# more scope", other: "# more scopes" })} of ${name}`,
    shown: (keys: number, all: number | undefined) =>
      all === undefined || all === keys
        ? count(keys, { one: "# key", other: "# keys" })
        : `${String(keys)} of ${count(all, { one: "# key", other: "# keys" })}`,
    previous: "Previous",
    next: "Next",
    pages: "Pages",
    page: (number: number) => `Page ${String(number)}`,
  },

  menu: {
    of: (name: string) => `Actions for ${name}`,
    rotate: "Rotate…",
    rotateKey: (name: string) => `Rotate ${name}`,
    disable: "Disable",
    disableKey: (name: string) => `Disable ${name}`,
    enable: "Enable",
    enableKey: (name: string) => `Enable ${name}`,
    revoke: "Revoke…",
    revokeKey: (name: string) => `Revoke ${name}`,
    endNow: "End now",
    endKeyNow: (name: string) => `End now: the old key of ${name}`,
  },

  status: {
    active: "Active",
    expiring: "Expiring soon",
    rotating: "Rotating",
    not_yet_valid: "Not yet valid",
    disabled: "Disabled",
    expired: "Expired",
    used: "Used",
    revoked: "Revoked",
  },
  why: {
    manual: "",
    leaked: "leaked",
    rotated: "rotated",
    owner_removed: "owner removed",
    unused: "unused",
    administrator: "by an administrator",
    history_forked: "to be confirmed",
    oldKeyEnds: (time: string) => `old key ends ${time}`,
    validFrom: (date: string) => `from ${date}`,
  },

  filters: {
    search: "Search or paste a key",
    filter: "Filter",
    clear: "Clear filters",
    any: "Any",
    anyTime: "Any time",
    expiresWithin: "Expires within",
    unusedFor: "Unused for",
    days: (days: number) => count(days, { one: "# day", other: "# days" }),
  },

  states: {
    emptyTitle: "No keys yet",
    emptyLead: (owner: string) => `A key lets a program act as ${owner}, without a password.`,
    emptyAction: "Create the first key",
    nothingToSee: "There are none to see.",
    noMatchTitle: "No key matches",
    noMatchLead: "Revoked keys are shown when you choose that status.",
    viewOnly: "You may see these keys, but not change them.",
    locked: (plan: string) => `The plan ${plan} has no new keys of this kind.`,
    failedTitle: "The keys did not load",
    failedLead: "Nothing was changed.",
    retry: "Try again",
    request: (id: string) => `Request ${id}`,
    expiredTitle: "Your session has ended",
    expiredLead: "Sign in again, then go on here. Nothing was lost.",
    unknownOwner: "This session has no such owner",
  },

  create: {
    title: (owner: string, isPerson: boolean) => (isPerson ? "New personal key" : `New key of ${owner}`),
    close: "Close",
    name: "Name",
    nameHint: "Say where it runs. You will look for it by this name at 3 a.m.",
    nameMissing: "Give the key a name.",
    description: "Description",
    optional: "optional",
    scopes: "Scopes",
    chosen: (scopes: number) => `${String(scopes)} chosen`,
    searchScopes: (scopes: number) => count(scopes, { one: "Search # scope", other: "Search # scopes" }),
    noSuchScope: "No scope matches.",
    noScopes: "There is no scope to give. The key says whose it is, and nothing else.",
    forcedScopes: "Every key made here may do exactly this.",
    notGrantable: "You may not grant this",
    notPublishable: "Not for publishable keys",
    fullAccess: "Full access",
    fullAccessLead: (owner: string) =>
      `Every scope, also those added later. Whoever finds this key can do all that ${owner} can do.`,
    expires: "Expires",
    hours: (hours: number) => count(hours, { one: "# hour", other: "# hours" }),
    days: (days: number) => count(days, { one: "# day", other: "# days" }),
    years: (years: number) => count(years, { one: "# year", other: "# years" }),
    custom: "Custom",
    none: "None",
    expiresAt: (date: string): Rich => rich`${strong(date)}. Programs that use it stop then.`,
    expiresNever: "It works until somebody revokes it.",
    expiryRequired: "Every key here needs an end date.",
    endDate: "Last day",
    endDateMissing: "Choose a day that is still to come.",
    endDateTooLate: (date: string) => `Choose a day until ${date}.`,
    visibility: "Visibility",
    secret: "Secret",
    secretLead: "For servers. Nobody else may see it.",
    publishable: "Publishable",
    publishableLead: "For pages and apps. Carries only scopes marked safe.",
    advanced: "Advanced",
    advancedLead: "Addresses, metadata, not before",
    addresses: "Allowed addresses",
    addressesHint: "One address or range a line: 203.0.113.0/24. Empty means from anywhere.",
    addressesMissing: "Keys here are limited to addresses: name at least one.",
    addressWrong: (address: string) => `${address} is no address or range.`,
    metadata: "Metadata",
    metadataHint: "A JSON object that you get back with the key.",
    metadataWrong: "This is no JSON object.",
    notBefore: "Not valid before",
    summary: (key: {
      isPublic: boolean;
      owner: string;
      scopes: string | undefined;
      isFull: boolean;
      isLimited: boolean;
      until: string | undefined;
    }): Rich =>
      rich`A ${strong(key.isPublic ? "publishable key" : "secret key")} for ${strong(key.owner)} ${
        key.isFull
          ? rich`with ${strong("full access")}`
          : key.scopes === undefined
            ? "that says whose it is and may do nothing else"
            : rich`that may use ${strong(key.scopes)}`
      }, from ${key.isLimited ? "the given addresses" : "any address"}, ${
        key.until === undefined ? rich`${strong("without an end")}` : rich`until ${strong(key.until)}`
      }.`,
    cancel: "Cancel",
    submit: "Create key",
    submitting: "Creating…",
  },

  reveal: {
    title: "Copy your key now",
    lead: (name: string): Rich => rich`${strong(name)} is shown once. We keep a fingerprint, not the key.`,
    announced: (name: string) => `${name} was created. Copy the key now: it is shown once.`,
    field: "Your new key",
    copy: "Copy",
    copied: "Copied",
    copyThis: (what: string) => `Copy for ${what}`,
    notCopied: "Not copied yet",
    done: "Done",
    refused: (keys: string): Rich =>
      rich`Your browser refused the clipboard. The key is selected: press ${code(keys)}.`,
    uses: "How to use it",
    test: "Test this key",
    testLead: "It answers with what the key is",
    askTitle: "Leave without copying?",
    askLead: "The key stays valid, but nobody can read it again. You would rotate it to get another.",
    back: "Back to the key",
    leave: "Leave it",
  },

  snippets: {
    envComment: "# .env, kept out of git",
    github: "Settings → Secrets and variables → Actions → New repository secret",
    pasted: "# paste the key, then press Enter and Ctrl D",
  },

  rotate: {
    title: (name: string) => `Rotate ${name}`,
    lead: "You get a new key with the same scopes and limits. Both work until the old one ends.",
    grace: "The old key works for",
    stopNow: "Stops now",
    hours: (hours: number) => count(hours, { one: "# hour", other: "# hours" }),
    days: (days: number) => count(days, { one: "# day", other: "# days" }),
    custom: "Custom",
    customDays: "Days",
    customWrong: "Choose 1 to 30 days.",
    untilFirstUse: "Ends also at the first use of the new key",
    endsAt: (date: string): Rich => rich`The old key is refused from ${strong(date)} on.`,
    endsNow: "Whatever sends the old key gets 401 within a second.",
    lastUsed: (time: string) => `Old key last used ${time}.`,
    cancel: "Cancel",
    submit: "Rotate key",
    submitting: "Rotating…",
  },

  revoke: {
    title: (name: string) => `Revoke ${name}?`,
    inUse: rich`It is in use. Whatever sends it gets ${code("401")} within a second, and it cannot be brought back.`,
    unused: "Nothing has ever used it, so nothing breaks. It cannot be brought back.",
    quiet:
      "Nothing has used it for a week. Whatever still sends it gets 401 within a second, and it cannot be brought back.",
    whatStops: "What stops",
    lastUsed: "Last used",
    lastUsedFrom: (time: string, address: string): Rich => rich`${time} from ${code(address)}`,
    today: "Today",
    week: "This week",
    requests: (requests: number, addresses: number): Rich =>
      rich`${strong(count(requests, { one: "# request", other: "# requests" }))}${
        addresses === 0 ? "" : ` from ${count(addresses, { one: "# address", other: "# addresses" })}`
      }`,
    typeName: (name: string): Rich => rich`Type ${code(name)} to revoke it`,
    disableInstead: "Disable instead",
    cancel: "Cancel",
    submit: "Revoke key",
    submitting: "Revoking…",
    doneTitle: "Dead on every node",
    doneLead: (name: string, nodes: number, ms: number): Rich =>
      rich`${strong(name)} is refused on ${count(nodes, { one: "the one node", other: "all # nodes" })} after ${strong(`${String(ms)} ms`)}. The name is free again.`,
    pendingTitle: "Revoked",
    pendingLead: (name: string, dead: number, nodes: number, by: string): Rich =>
      rich`${strong(name)} is refused on ${strong(`${String(dead)} of ${String(nodes)}`)} nodes, and on the others by ${strong(by)}.`,
    done: "Done",
  },

  said: {
    disabled: (name: string) => `${name} is disabled. Whatever sends it gets 401.`,
    enabled: (name: string) => `${name} works again.`,
  },

  failure: {
    title: "That did not work",
    limit: (used: number, limit: number, plan: string) =>
      `All ${count(limit, { one: "# key", other: "# keys" })} of the plan ${plan} are in use (${String(used)} of ${String(limit)}). Revoke one that is not needed.`,
    neededPlan: (plan: string) => `The plan ${plan} has it.`,
    unauthenticated: "Your session has ended. Sign in again, then try once more.",
    forbidden: "You may not do this here. Ask an administrator.",
    gone: "This key is not there any more. Reload the list.",
    away: "The service does not answer. Nothing is known to have changed: try again in a moment.",
    unexpected: "Something went wrong. Try again.",
  },
};

type Shape<T> = T extends (...args: infer A) => infer R
  ? (...args: A) => R extends string ? string : R
  : T extends string
    ? string
    : T extends readonly unknown[]
      ? Rich
      : { [K in keyof T]: Shape<T[K]> };

/** All texts. One that is missing does not compile. */
export type Messages = Shape<typeof english>;
