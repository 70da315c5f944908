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
  ['255.255.255.255', 32, 'ipv4'],
  ['::1', 128, 'ipv6'],
  ['::', 128, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
] as const)
  NEVER.addSubnet(net, prefix, family);

/** Whether an address is loopback, link-local, unspecified or multicast, also as IPv6 that carries IPv4. */
export function isNeverReached(address: string): boolean {
  const mapped = /^::(?:ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return isNeverReached(mapped);
  const version = isIP(address);
  return version !== 0 && NEVER.check(address, version === 4 ? 'ipv4' : 'ipv6');
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
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error !== null) return callback(error, '', 4);
    const allowed = addresses.filter(({ address }) => !isNeverReached(address));
    const [first] = allowed;
    if (first === undefined)
      return callback(new Error(`${hostname} leads to the loopback or a link-local address`), '', 4);
    if (options.all === true) return callback(null, allowed);
    callback(null, first.address, first.family);
  });
};
