import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { generate } from 'mqtt-packet';
import type { ProbeClient } from './target.ts';

/**
 * What a target answered to one whole attempt. `ready`: it took part in a handshake to its end, whatever it thought of the client.
 * `not-yet`: nobody listens, or nothing came in time. `wrong`: what is there is not what a storm could be about, and waiting will not help.
 */
export type ProbeAnswer = { state: 'ready' } | { state: 'not-yet' | 'wrong'; reason: string };

export type ProbeOrder = {
  host: string;
  port: number;
  serverName: string;
  /** PEM; without it any certificate will do. */
  serverCaFile?: string;
  client?: ProbeClient;
  timeoutMs: number;
};

/** One real handshake and, with a client, one real CONNECT. Never rejects but for a file that cannot be read. */
export function probe(order: ProbeOrder): Promise<ProbeAnswer> {
  const { host, port, serverName, serverCaFile, client, timeoutMs } = order;
  const socket = connect({
    host,
    port,
    ...(isIP(serverName) === 0 && { servername: serverName }),
    ...(serverCaFile !== undefined && { ca: readFileSync(serverCaFile) }),
    rejectUnauthorized: serverCaFile !== undefined,
    // The name is checked as the storm's clients do, and not taken from the address.
    ...(client !== undefined && { key: client.keyPem, cert: client.certificatePem }),
  });
  return new Promise<ProbeAnswer>((resolve) => {
    let reached: 'nothing' | 'connection' | 'handshake' = 'nothing';
    const late = setTimeout(() => settle({ state: 'not-yet', reason: silence(reached) }), timeoutMs);
    const settle = (answer: ProbeAnswer) => {
      clearTimeout(late);
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => {
      reached = 'connection';
    });
    socket.once('secureConnect', () => {
      reached = 'handshake';
      // In TLS 1.3 the verdict on the client is still to come, and a target that turns this one away is up and running all the same.
      sayConnect(socket, client);
    });
    socket.once('data', (bytes) => settle(judgeAnswer(bytes)));
    socket.once('error', (error) => settle(judgeError(error, reached, order)));
    socket.once('close', () =>
      settle(
        reached === 'handshake'
          ? { state: 'ready' }
          : { state: 'not-yet', reason: 'it closes connections before any handshake' },
      ),
    );
  });
}

function sayConnect(socket: TLSSocket, client: ProbeClient | undefined): void {
  socket.write(
    generate({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      keepalive: 60,
      clientId: client?.clientId ?? 'certstorm-probe',
      ...(client?.password != null && {
        username: client.clientId,
        password: Buffer.from(client.password),
      }),
    }),
  );
}

function judgeAnswer(bytes: Buffer): ProbeAnswer {
  // CONNACK (MQTT 3.1.1 and 5, 3.2.1).
  if (bytes[0] === 0x20) return { state: 'ready' };
  const seen = JSON.stringify(bytes.subarray(0, 40).toString('latin1'));
  return { state: 'wrong', reason: `it answers a CONNECT with something that is not MQTT: ${seen}` };
}

function judgeError(
  error: Error & { code?: string },
  reached: 'nothing' | 'connection' | 'handshake',
  { serverName, serverCaFile }: ProbeOrder,
): ProbeAnswer {
  const code = error.code ?? '';
  if (/^ERR_SSL_\S*ALERT/.test(code)) return { state: 'ready' };
  if (code.startsWith('ERR_SSL_')) {
    return {
      state: 'wrong',
      reason: `it answers a TLS ClientHello with something that is not TLS (${code})`,
    };
  }
  // Errors of the connection come from the system; all that is left are OpenSSL's and Node's words about the certificate.
  if ('syscall' in error || code === 'ECONNRESET') {
    return reached === 'handshake'
      ? { state: 'ready' }
      : { state: 'not-yet', reason: `it cannot be connected to (${code})` };
  }
  return {
    state: 'wrong',
    reason: `its certificate does not hold for '${serverName}' under ${serverCaFile ?? 'no CA file'}: ${error.message}`,
  };
}

function silence(reached: 'nothing' | 'connection' | 'handshake'): string {
  switch (reached) {
    case 'nothing':
      return 'it does not accept connections';
    case 'connection':
      return 'it accepts connections and does not answer a TLS ClientHello';
    case 'handshake':
      return 'it ends its handshake and then answers a CONNECT with nothing';
  }
}
