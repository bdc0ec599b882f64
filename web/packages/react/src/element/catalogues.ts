import { english, type Messages } from "../messages/en.ts";

/** Of which languages there are texts beside the program. */
const LANGUAGES: ReadonlySet<string> = new Set(["de"]);

/** Held by a name, for bundlers look for files of their own where it stands in the call. */
const PROGRAM = import.meta.url;

const held = new Map<string, Messages>([[english.language, english]]);

/** The texts of a language, or English while they load or where there are none. `onLoad` is called when they have come. */
export function catalogueOf(language: string, onLoad: () => void): Messages {
  const texts = held.get(language);
  if (texts === undefined && LANGUAGES.has(language)) {
    void load(language).then(onLoad);
  }
  return texts ?? english;
}

async function load(language: string): Promise<void> {
  const file = new URL(`./${language}.js`, PROGRAM).href;
  try {
    const { default: texts } = (await import(/* @vite-ignore */ file)) as { default: Messages };
    held.set(language, texts);
  } catch {
    // not asked for again: a page in English is better than none
    held.set(language, english);
  }
}
