import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/*
 * Where our requests may go. A partner's profile names hosts, and names lead anywhere: to the loopback, to a cloud's metadata service, to
 * 0.0.0.0. What a name resolves to is therefore looked at where the connection is made, not before it, when it may resolve to another address.
 */
const NEVER = new BlockList();
for (const [net, prefix, family] of [
  ['127.0.0.0', 8, 'ipv4'],
  ['0.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  ['::1', 128, 'ipv6'],
  ['::', 128, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
  // Metadata services of clouds whose address is not link-local (AWS over IPv6, Alibaba).
  ['fd00:ec2::254', 128, 'ipv6'],
  ['100.100.100.200', 32, 'ipv4'],
] as const)
  NEVER.addSubnet(net, prefix, family);

/** Whether an address is loopback, link-local, unspecified, multicast or a metadata service's, also as IPv6 that carries IPv4. */
export function isNeverReached(address: string): boolean {
  const [bare = ''] = address.split('%'); // "fe80::1%eth0"
  const version = isIP(bare);
  if (version === 0) return false;
  if (version === 4) return NEVER.check(bare, 'ipv4');
  const carried = carriedIn(bare);
  return NEVER.check(bare, 'ipv6') || (carried !== null && NEVER.check(carried, 'ipv4'));
}

/** The IPv4 address in an IPv6 one: mapped (::ffff:0:0/96), compatible (::/96), translated (64:ff9b::/96), 6to4 (2002::/16); null: none. */
function carriedIn(address: string): string | null {
  const groups = groupsOf(address);
  const is = (...prefix: readonly number[]): boolean => prefix.every((group, index) => groups[index] === group);
  const at = is(0x2002)
    ? 1
    : is(0, 0, 0, 0, 0, 0xffff) || is(0, 0, 0, 0, 0, 0) || is(0x64, 0xff9b, 0, 0, 0, 0)
      ? 6
      : null;
  if (at === null) return null;
  const [high = 0, low = 0] = groups.slice(at);
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}

/** The eight groups of an IPv6 address; the URL parser writes every form of one with `::` and hexadecimal groups. */
function groupsOf(address: string): readonly number[] {
  const { hostname } = new URL(`http://[${address}]`);
  const [head = '', tail] = hostname.slice(1, -1).split('::');
  const groups = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [first, last] = [groups(head), groups(tail ?? '')];
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}

/** `URL.hostname` without the brackets of IPv6. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

/** http or https, no credentials, and one of these hosts. */
export const isAddressOf = (url: URL, hosts: readonly string[]): boolean =>
  (url.protocol === 'http:' || url.protocol === 'https:') &&
  url.username === '' &&
  url.password === '' &&
  hosts.some((host) => host.toLowerCase() === hostOf(url).toLowerCase());

/** A look-up for `http.request` that gives no address which is never reached. Addresses in numbers pass no look-up: see `isNeverReached`. */
export const guardedLookup: LookupFunction = guarded(dnsLookup as LookupFunction);

/** The same over another look-up. What it gives is what is connected to: a name that leads elsewhere the next time is not asked twice. */
export function guarded(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, '', 4);
      const allowed = (found as LookupAddress[]).filter(({ address }) => !isNeverReached(address));
      const [first] = allowed;
      if (first === undefined)
        return callback(new Error(`${hostname} leads to the loopback or a link-local address`), '', 4);
      if (options.all === true) return callback(null, allowed);
      callback(null, first.address, first.family);
    });
  };
}
