/** A text of which parts stand out. */
export type Part = string | { readonly strong: string } | { readonly code: string };
export type Rich = readonly Part[];

export function rich(texts: TemplateStringsArray, ...values: readonly (Part | Rich)[]): Rich {
  return texts.flatMap((text, at): Part[] => {
    const value = values[at];
    const parts = value === undefined ? [] : isRich(value) ? value : [value];
    return text === "" ? [...parts] : [text, ...parts];
  });
}

export function strong(text: string): Part {
  return { strong: text };
}

export function code(text: string): Part {
  return { code: text };
}

export function plain(text: Rich): string {
  return text
    .map((part) => (typeof part === "string" ? part : "strong" in part ? part.strong : part.code))
    .join("");
}

function isRich(value: Part | Rich): value is Rich {
  return Array.isArray(value);
}

type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** Counts in a language: `#` stands for the number. */
export function counting(locale: string): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  return (count, forms) => (forms[rules.select(count)] ?? forms.other).replace("#", numbers.format(count));
}
