/** HandshakeType (RFC 8446, appendix B.3). */
export const handshakeType = {
  clientHello: 1,
  serverHello: 2,
  newSessionTicket: 4,
  endOfEarlyData: 5,
  encryptedExtensions: 8,
  certificate: 11,
  certificateRequest: 13,
  certificateVerify: 15,
  finished: 20,
  keyUpdate: 24,
  messageHash: 254,
} as const;

const names = new Map<number, string>(
  Object.entries({
    hello_request: 0,
    client_hello: 1,
    server_hello: 2,
    new_session_ticket: 4,
    end_of_early_data: 5,
    encrypted_extensions: 8,
    certificate: 11,
    server_key_exchange: 12,
    certificate_request: 13,
    server_hello_done: 14,
    certificate_verify: 15,
    client_key_exchange: 16,
    finished: 20,
    certificate_status: 22,
    key_update: 24,
    message_hash: 254,
  }).map(([name, type]) => [type, name]),
);

export function handshakeName(type: number): string {
  return names.get(type) ?? `handshake type ${type}`;
}
