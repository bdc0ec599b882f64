/** `<shearline-api-keys>`: the same screens in a shadow root, for pages without React. */
import { createElement, render } from "preact";
import type { ComponentType } from "react";
import { AccountApiKeys, ApiKeys, type ApiKeysProps } from "../components/screens.tsx";
import { english, type Messages } from "../messages/en.ts";
import { catalogueOf } from "./catalogues.ts";
import styles from "../styles/styles.css?inline";
import type { GetToken } from "../token.ts";
import { tokenFrom } from "./token-url.ts";

const ATTRIBUTES = [
  "url",
  "owner",
  "token-url",
  "lang",
  "locale",
  "page-size",
  "api-url",
  "variable",
  "account",
];

/** Of the program itself: it is served by the service that it talks to. */
const SERVICE = new URL(import.meta.url).origin;

let sheet: CSSStyleSheet | undefined;

export class ShearlineApiKeysElement extends HTMLElement {
  static readonly observedAttributes: readonly string[] = ATTRIBUTES;
  #getToken: GetToken | undefined;
  #messages: Messages | undefined;

  /** How the page gets a token, in the place of the attribute `token-url`. */
  get getToken(): GetToken | undefined {
    return this.#getToken;
  }

  set getToken(getToken: GetToken | undefined) {
    this.#getToken = getToken;
    this.#render();
  }

  /** All texts, in the place of those of the language. */
  get messages(): Messages | undefined {
    return this.#messages;
  }

  set messages(messages: Messages | undefined) {
    this.#messages = messages;
    this.#render();
  }

  connectedCallback(): void {
    // set before the program had come
    for (const name of ["getToken", "messages"] as const) {
      if (Object.hasOwn(this, name)) {
        const { [name]: value } = this;
        Reflect.deleteProperty(this, name);
        Object.assign(this, { [name]: value });
      }
    }
    this.#render();
  }

  disconnectedCallback(): void {
    if (this.shadowRoot !== null) {
      render(null, this.shadowRoot);
    }
  }

  attributeChangedCallback(): void {
    this.#render();
  }

  #render(): void {
    const tokenUrl = this.getAttribute("token-url");
    const getToken = this.#getToken ?? (tokenUrl === null ? undefined : tokenFrom(tokenUrl));
    if (!this.isConnected || getToken === undefined) {
      return;
    }
    const root = this.shadowRoot ?? this.#attach();
    const size = Number(this.getAttribute("page-size"));
    const props: ApiKeysProps = {
      getToken: () => (this.#getToken ?? getToken)(),
      url: this.getAttribute("url") ?? SERVICE,
      messages: this.#messages ?? this.#catalogue(),
      locale: this.getAttribute("locale") ?? undefined,
      pageSize: size > 0 ? size : undefined,
      apiUrl: this.getAttribute("api-url") ?? undefined,
      variable: this.getAttribute("variable") ?? undefined,
      owner: this.getAttribute("owner") ?? undefined,
    };
    const screen: ComponentType<ApiKeysProps> = this.hasAttribute("account") ? AccountApiKeys : ApiKeys;
    render(createElement(screen as never, props), root);
  }

  #attach(): ShadowRoot {
    const root = this.attachShadow({ mode: "open" });
    if (sheet === undefined) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(styles);
    }
    root.adoptedStyleSheets = [sheet];
    return root;
  }

  /** In the language of the place in the page that the element has; in English while the texts are on their way. */
  #catalogue(): Messages {
    const language = this.closest<HTMLElement>("[lang]")?.lang.split("-", 1)[0] ?? english.language;
    return catalogueOf(language, () => {
      this.#render();
    });
  }
}
