/**
 * `{brand}_{mode}_{kind}_{id}{secret}{checksum}`: 12, 32 and 6 characters of base62. The checksum is that of the 44
 * characters before it, so anybody can tell offline whether a text can be a key.
 */

export type KeyKind = "sk" | "pk" | "ci" | "et" | "op";

/** What a text says of itself. `foreign`: it may be a key of another system. `malformed`: it is no key. */
export type ParsedKey =
  | { readonly result: "well_formed"; brand: string; mode: "live" | "test"; kind: KeyKind; id: string }
  | { readonly result: "foreign" }
  | { readonly result: "malformed" };

export const DEFAULT_BRANDS: readonly string[] = ["shl"];

const KEY_LENGTH_MAX = 512;
const PREFIX_LENGTH = 16;
const LAST_LENGTH = 4;
const SHAPE = /^(?:live|test)_(?:sk|pk|ci|et|op)_[0-9A-Za-z]{50}$/;
const BODY_LENGTH = 44;
const ID_LENGTH = 12;

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const CHECKSUM_LENGTH = 6;

/** Never throws, whatever the text is. `brands` are those of your instance: the part before the first underscore. */
export function parseKey(text: string, brands: readonly string[] = DEFAULT_BRANDS): ParsedKey {
  if (text.length === 0 || text.length > KEY_LENGTH_MAX) {
    return { result: "malformed" };
  }
  const brand = brands.find((name) => text.startsWith(`${name}_`));
  if (brand !== undefined) {
    return parseBranded(text, brand);
  }
  // a key travels in a header
  return { result: /^[!-~]+$/.test(text) ? "foreign" : "malformed" };
}

function parseBranded(text: string, brand: string): ParsedKey {
  const rest = text.slice(brand.length + 1);
  const random = rest.slice("live_sk_".length);
  const body = random.slice(0, BODY_LENGTH);
  // $ would match before a final newline only with the flag m
  if (!SHAPE.test(rest) || checksum(body) !== random.slice(BODY_LENGTH)) {
    return { result: "malformed" };
  }
  const [mode, kind] = rest.split("_") as ["live" | "test", KeyKind];
  return { result: "well_formed", brand, mode, kind, id: `key_${body.slice(0, ID_LENGTH)}` };
}

/** base62(CRC-32) of a text of ASCII characters, six wide. */
export function checksum(body: string): string {
  let rest = crc32(body);
  let digits = "";
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    digits = BASE62.charAt(rest % BASE62.length) + digits;
    rest = Math.floor(rest / BASE62.length);
  }
  return digits;
}

function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let i = 0; i < text.length; i++) {
    crc ^= text.charCodeAt(i);
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
    }
  }
  return ~crc >>> 0;
}

/** SHA-256 of the whole key in hexadecimal digits: what the server keeps, and what finds a key without sending it. */
export async function digestOfKey(key: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A key as screens show it: `shl_live_sk_3Fq0…x9Kp`. */
export function maskKey(key: string): string {
  return `${key.slice(0, PREFIX_LENGTH)}…${key.slice(-LAST_LENGTH)}`;
}
