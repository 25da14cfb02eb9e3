import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import type { Address } from './test-client.ts';

const handshakeRecord = 22;
const certificateVerify = 15;

/**
 * A TCP proxy that flips the last bit of the client's CertificateVerify, which TLS 1.2 sends in the clear: to the broker the client
 * does not hold the private key of its certificate. No TLS library can be talked into such a handshake.
 */
export async function openLyingProxy(
  broker: Address,
  localAddress: string,
): Promise<{ address: Address; close(): void }> {
  const server: Server = createServer((client) => {
    const upstream = connect({ ...broker, localAddress });
    let rest: Buffer = Buffer.alloc(0);
    client.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 5 && rest.length >= 5 + rest.readUInt16BE(3)) {
        const record = Buffer.from(rest.subarray(0, 5 + rest.readUInt16BE(3)));
        rest = rest.subarray(record.length);
        if (record[0] === handshakeRecord && record[5] === certificateVerify) {
          record[record.length - 1] = (record[record.length - 1] ?? 0) ^ 1;
        }
        upstream.write(record);
      }
    });
    upstream.pipe(client);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { address: { host: '127.0.0.1', port }, close: () => void server.close() };
}
