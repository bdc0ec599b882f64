import type { Messages } from "../messages/en.ts";

/** How the host's users send their keys. */
export interface Usage {
  /** Of the host's API, for the examples. By default none is named. */
  apiUrl?: string | undefined;
  /** Of the environment variable that holds the key: `ACME_API_KEY`. By default `API_KEY`. */
  variable?: string | undefined;
}

export interface Snippet {
  readonly name: string;
  readonly text: string;
  /** Whether the key is in it. */
  readonly holdsKey: boolean;
}

const API_URL = "https://api.example.com/";
const VARIABLE = "API_KEY";

/** The key in the places that it usually goes to; where a program stores it, by its input and by no argument. */
export function snippetsOf(key: string, usage: Usage, texts: Messages["snippets"]): readonly Snippet[] {
  const url = usage.apiUrl ?? API_URL;
  const name = usage.variable ?? VARIABLE;
  const asked = (program: string): string => `${program}\n${texts.pasted}`;
  const snippet = (title: string, text: string): Snippet => ({
    name: title,
    text,
    holdsKey: text.includes(key),
  });
  return [
    snippet(".env", `${texts.envComment}\n${name}=${key}`),
    snippet("curl", `curl -H "Authorization: Bearer $${name}" \\\n  ${url}`),
    snippet(
      "TypeScript",
      `await fetch("${url}", {\n  headers: { Authorization: \`Bearer \${process.env.${name}}\` },\n});`,
    ),
    snippet(
      "Java",
      `HttpRequest.newBuilder(URI.create("${url}"))\n    .header("Authorization", "Bearer " + System.getenv("${name}"))`,
    ),
    snippet("GitHub", `# ${texts.github}\nName:   ${name}\nSecret: ${key}`),
    snippet("gh", asked(`gh secret set ${name}`)),
    snippet(
      "AWS",
      asked(`aws secretsmanager create-secret --name ${name} \\\n  --secret-string file:///dev/stdin`),
    ),
    snippet("Vault", asked(`vault kv put secret/${name.toLowerCase()} value=-`)),
  ];
}

/** Asks Shearline itself what the key is, which no host has to provide. */
export function testCall(base: URL, variable: string = VARIABLE): string {
  return `curl -H "Authorization: Bearer $${variable}" \\\n  ${new URL("v1/keys/self", base).href}`;
}

/** As a screen shows it. */
export function maskIn(text: string, key: string, masked: string): string {
  return text.replaceAll(key, masked);
}
