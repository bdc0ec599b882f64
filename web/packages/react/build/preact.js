/** What the screens use of React, from preact. */
import { useState } from "preact/hooks";

export { createContext } from "preact";
export { useCallback, useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

let ids = 0;

/** Preact's own begins again when an element is rendered anew, and then gives the same id twice. */
export function useId() {
  return useState(() => `shl${String(ids++)}`)[0];
}
