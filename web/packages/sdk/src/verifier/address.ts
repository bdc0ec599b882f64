/** Addresses of IPv4 and IPv6 as numbers, and the blocks that hold them. */

interface Address {
  readonly bits: 32 | 128;
  readonly number: bigint;
}

export interface Block extends Address {
  readonly prefix: number;
}

const MAPPED = 0xffffn << 32n;

/** IPv4 that is written as IPv6 is IPv4. Undefined for what is no address. */
export function parseAddress(text: string): Address | undefined {
  const v4 = parseV4(text);
  if (v4 !== undefined) {
    return { bits: 32, number: v4 };
  }
  const v6 = parseV6(text);
  if (v6 === undefined) {
    return undefined;
  }
  return v6 >> 32n === MAPPED >> 32n ? { bits: 32, number: v6 & 0xffffffffn } : { bits: 128, number: v6 };
}

export function parseBlock(text: string): Block | undefined {
  const [head, length, ...rest] = text.split("/");
  const address = parseAddress(head ?? "");
  if (address === undefined || rest.length > 0) {
    return undefined;
  }
  const prefix = length === undefined ? address.bits : numberUpTo(address.bits, length);
  return prefix === undefined ? undefined : { ...address, prefix };
}

export function isIn(block: Block, address: Address): boolean {
  const shift = BigInt(block.bits - block.prefix);
  return block.bits === address.bits && block.number >> shift === address.number >> shift;
}

function numberUpTo(most: number, text: string): number | undefined {
  const number = /^\d{1,3}$/.test(text) ? Number(text) : NaN;
  return number <= most ? number : undefined;
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) {
    return undefined;
  }
  let number = 0n;
  for (const part of parts) {
    const octet = /^(0|[1-9]\d*)$/.test(part) ? numberUpTo(255, part) : undefined;
    if (octet === undefined) {
      return undefined;
    }
    number = (number << 8n) | BigInt(octet);
  }
  return number;
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split("::");
  const groups = halves.map((half, i) => (half === "" ? [] : groupsOf(half, i === halves.length - 1)));
  const [head, tail] = groups;
  if (halves.length > 2 || head === undefined || groups.includes(undefined)) {
    return undefined;
  }
  const given = head.length + (tail?.length ?? 0);
  if (tail === undefined ? given !== 8 : given > 7) {
    return undefined;
  }
  const all = [...head, ...new Array<bigint>(8 - given).fill(0n), ...(tail ?? [])];
  return all.reduce((number, group) => (number << 16n) | group, 0n);
}

/** Undefined where one is none; the last of all may be an IPv4 address. */
function groupsOf(half: string, isLast: boolean): bigint[] | undefined {
  const groups: bigint[] = [];
  const parts = half.split(":");
  for (const [i, part] of parts.entries()) {
    const v4 = isLast && i === parts.length - 1 ? parseV4(part) : undefined;
    if (v4 !== undefined) {
      groups.push(v4 >> 16n, v4 & 0xffffn);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(BigInt(`0x${part}`));
    } else {
      return undefined;
    }
  }
  return groups;
}
