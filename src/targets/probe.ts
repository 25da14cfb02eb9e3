import { readFileSync } from 'node:fs';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
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
  transport?: 'tls' | 'wss' | 'tcp';
  /** PEM; without it any certificate will do. */
  serverCaFile?: string;
  client?: ProbeClient;
  timeoutMs: number;
};

/**
 * Where probes come from: a block of loopback addresses that no storm uses, so that a broker's count by address can tell them apart.
 * 127.0.x.x is left to everybody else.
 */
export const probeSource = '127.0.255';

/** One real handshake and one real CONNECT, or a WebSocket's upgrade in place of that. Never rejects but for a file that cannot be read. */
export function probe(order: ProbeOrder): Promise<ProbeAnswer> {
  const { client, timeoutMs, transport = 'tls' } = order;
  const socket = open(order);
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
    socket.once(transport === 'tcp' ? 'connect' : 'secureConnect', () => {
      reached = 'handshake';
      // In TLS 1.3 the verdict on the client is still to come, and a target that turns this one away is up and running all the same.
      if (transport === 'wss') askForWebSocket(socket, order);
      else sayConnect(socket, client);
    });
    socket.once('data', (bytes) => settle(transport === 'wss' ? judgeUpgrade(bytes) : judgeAnswer(bytes)));
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

function open({ host, port, serverName, serverCaFile, client, transport }: ProbeOrder): Socket {
  const where = { host, port, ...(host.startsWith('127.') && { localAddress: `${probeSource}.1` }) };
  if (transport === 'tcp') return connectTcp(where);
  return connectTls({
    ...where,
    ...(isIP(serverName) === 0 && { servername: serverName }),
    ...(serverCaFile !== undefined && { ca: readFileSync(serverCaFile) }),
    rejectUnauthorized: serverCaFile !== undefined,
    // The name is checked as the storm's clients do, and not taken from the address.
    ...(client !== undefined && { key: client.keyPem, cert: client.certificatePem }),
  });
}

/** RFC 6455, 4.1; the path is the one that storms use. */
function askForWebSocket(socket: Socket, { serverName, port }: ProbeOrder): void {
  socket.write(
    `GET /mqtt HTTP/1.1\r\nHost: ${serverName}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      'Sec-WebSocket-Key: Y2VydHN0b3JtLXByb2JlIQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n',
  );
}

function judgeUpgrade(bytes: Buffer): ProbeAnswer {
  if (/^HTTP\/1\.1 101 /.test(bytes.toString('latin1'))) return { state: 'ready' };
  return { state: 'wrong', reason: `it answers a WebSocket's upgrade with ${quoted(bytes)}` };
}

function sayConnect(socket: Socket, client: ProbeClient | undefined): void {
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
  return { state: 'wrong', reason: `it answers a CONNECT with something that is not MQTT: ${quoted(bytes)}` };
}

function quoted(bytes: Buffer): string {
  return JSON.stringify(bytes.subarray(0, 40).toString('latin1'));
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
