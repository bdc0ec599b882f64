import { digestOfKey } from "@shearline/sdk";

/** What a list is asked for: words, or the one key that has this digest. */
export interface Lookup {
  q?: string | undefined;
  digest?: string | undefined;
}

const PREFIX = 16;

/** A key that was pasted is not sent, for URLs are logged: its digest is, or its beginning, which screens show anyway. */
export async function lookupOf(text: string): Promise<Lookup> {
  if (!looksLikeKey(text)) {
    return { q: text === "" ? undefined : text };
  }
  // pages that came over plain HTTP have no hash functions
  return globalThis.isSecureContext ? { digest: await digestOfKey(text) } : { q: text.slice(0, PREFIX) };
}

/** Of whatever system: a word with many letters and digits in a row. */
function looksLikeKey(text: string): boolean {
  const run = /[A-Za-z0-9]{20,}/.exec(text)?.[0];
  return !/\s/.test(text) && run !== undefined && /\d/.test(run);
}
