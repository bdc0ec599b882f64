import { ShearlineApiKeysElement } from "./shearline-api-keys.tsx";

export { ShearlineApiKeysElement };

const NAME = "shearline-api-keys";

// a page may load the program twice
if (customElements.get(NAME) === undefined) {
  customElements.define(NAME, ShearlineApiKeysElement);
}

declare global {
  interface HTMLElementTagNameMap {
    [NAME]: ShearlineApiKeysElement;
  }
}
