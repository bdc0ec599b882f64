/** What is filled in of a new key, and what is wrong with it. */
import type { NewApiKey, ShearlineError } from "@shearline/sdk";
import type { Messages } from "../messages/en.ts";
import type { KeyTerms, Session } from "../session.ts";
import type { Format } from "./format.ts";
import { defaultExpiry, type Expiry, endOf, expiryLimits, lengthOf, textOf } from "./lifetime.ts";
import { FULL_ACCESS } from "./scopes.ts";

export interface Draft {
  readonly name: string;
  readonly description: string;
  readonly scopes: readonly string[];
  readonly isFull: boolean;
  readonly expiry: Expiry;
  readonly isPublic: boolean;
  readonly addresses: string;
  readonly metadata: string;
  /** As a field for a day and a time has it, or empty. */
  readonly notBefore: string;
}

export type Field = "name" | "description" | "scopes" | "expiry" | "addresses" | "metadata" | "notBefore";
export type Faults = Partial<Record<Field, string>>;

const FIELDS: Readonly<Record<string, Field>> = {
  name: "name",
  description: "description",
  scopes: "scopes",
  expiresIn: "expiry",
  expiresAt: "expiry",
  cidrs: "addresses",
  metadata: "metadata",
  notBefore: "notBefore",
};
const ADDRESS = /^[0-9a-f.:]{2,45}(\/\d{1,3})?$/i;

export function emptyDraft(terms: KeyTerms): Draft {
  return {
    name: "",
    description: "",
    scopes: [],
    isFull: false,
    expiry: defaultExpiry(terms),
    isPublic: false,
    addresses: "",
    metadata: "",
    notBefore: "",
  };
}

export function scopesOf(draft: Draft, { forced }: Session): readonly string[] {
  return forced?.scopes ?? (draft.isFull ? [FULL_ACCESS] : draft.scopes);
}

export function addressesOf(draft: Draft): string[] {
  return draft.addresses.split(/[\s,;]+/).filter((address) => address !== "");
}

/** What can be said without asking the server. */
export function faultsOf(draft: Draft, terms: KeyTerms, texts: Messages["create"], format: Format): Faults {
  const addresses = addressesOf(draft);
  const wrong = addresses.find((address) => !ADDRESS.test(address));
  return withoutUndefined({
    name: draft.name.trim() === "" ? texts.nameMissing : undefined,
    expiry: faultOfExpiry(draft.expiry, terms, texts, format),
    addresses:
      wrong !== undefined
        ? texts.addressWrong(wrong)
        : terms.cidrsRequired && addresses.length === 0
          ? texts.addressesMissing
          : undefined,
    metadata:
      draft.metadata.trim() === "" || metadataOf(draft) !== undefined ? undefined : texts.metadataWrong,
  });
}

function faultOfExpiry(
  expiry: Expiry,
  terms: KeyTerms,
  texts: Messages["create"],
  format: Format,
): string | undefined {
  if (expiry.kind !== "on") {
    return undefined;
  }
  const now = Date.now();
  const end = endOf(expiry, now)?.getTime() ?? 0;
  const { max } = expiryLimits(terms);
  if (end <= now) {
    return texts.endDateMissing;
  }
  const most = max === undefined ? Infinity : now + lengthOf(max);
  return end > most ? texts.endDateTooLate(format.date(new Date(most))) : undefined;
}

/** The fields at which the server says that something is wrong; of the others the message is for the whole form. */
export function faultsIn(error: ShearlineError): Faults {
  const all = [{ field: error.field ?? "", detail: error.detail }, ...error.errors];
  return Object.fromEntries(
    all.flatMap(({ field, detail }) => {
      const own = FIELDS[/^\w+/.exec(field)?.[0] ?? ""];
      return own === undefined ? [] : [[own, detail]];
    }),
  );
}

/** As the API takes it. */
export function keyOf(draft: Draft, session: Session): NewApiKey {
  const { expiry } = draft;
  const addresses = addressesOf(draft);
  return {
    name: draft.name.trim(),
    description: draft.description.trim() === "" ? undefined : draft.description.trim(),
    scopes: [...scopesOf(draft, session)],
    isPublic: draft.isPublic,
    cidrs: addresses.length === 0 ? undefined : addresses,
    metadata: metadataOf(draft),
    notBefore: draft.notBefore === "" ? undefined : new Date(draft.notBefore),
    ...(expiry.kind === "in"
      ? { expiresIn: textOf(expiry.span) }
      : { expiresAt: endOf(expiry, Date.now()) ?? null }),
  };
}

function metadataOf({ metadata }: Draft): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(metadata);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function withoutUndefined(faults: Partial<Record<Field, string | undefined>>): Faults {
  return Object.fromEntries(Object.entries(faults).filter(([, text]) => text !== undefined));
}
