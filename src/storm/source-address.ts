/**
 * Where attempts come from. One source address has some 28,000 ephemeral ports, and each stays in TIME_WAIT for a minute: a storm against
 * loopback therefore rotates over 127.0.0.0/8. Each worker and cohort has a /24 of its own, so that a broker which counts by /24 counts
 * by cohort.
 */

/** Source addresses of one worker and cohort. */
export const hostsOfBlock = 254;

/** 127.0.x.x is left to everybody else. */
export const maxSourceBlocks = 254 * 256;

/** The first three octets of the addresses that this worker uses for this cohort, e.g. `127.1.0`. */
export function sourceBlock(worker: number, cohort: number, cohortCount: number): string {
  const block = worker * cohortCount + cohort;
  return `127.${1 + (block >> 8)}.${block & 255}`;
}

/** Whether attempts at this IP address can come from any address of 127.0.0.0/8. */
export function rotatesSources(ip: string): boolean {
  return ip.startsWith('127.');
}

/** The block's addresses .1 to .254, in turn. */
export function sourceRotation(block: string): () => string {
  const addresses = Array.from({ length: hostsOfBlock }, (_, host) => `${block}.${host + 1}`);
  let turn = 0;
  return () => {
    const address = addresses[turn] ?? '';
    turn = turn + 1 === hostsOfBlock ? 0 : turn + 1;
    return address;
  };
}
