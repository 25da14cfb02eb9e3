import { readFileSync } from 'node:fs';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { createServer } from 'node:tls';

/**
 * The least that can be stormed, as a process of its own: full mutual TLS, CONNACK for whatever comes first, an end for whatever comes
 * next. `sink.ts CERT KEY CA`, prints its port; without those it is bare TCP.
 */
Error.stackTraceLimit = 0;
const [cert = '', key = '', ca = ''] = process.argv.slice(2);
const connack = Buffer.from([0x20, 2, 0, 0]);

const answer = (socket: Socket): void => {
  let asked = false;
  socket.on('error', () => socket.destroy());
  socket.on('data', () => {
    if (asked) socket.end();
    else socket.write(connack);
    asked = true;
  });
};
const server =
  cert === ''
    ? createTcpServer({ noDelay: true }, answer)
    : createServer(
        {
          cert: readFileSync(cert),
          key: readFileSync(key),
          ca: readFileSync(ca),
          requestCert: true,
          rejectUnauthorized: true,
        },
        answer,
      );
server.on('tlsClientError', (_: Error, socket: Socket) => socket.destroy());
server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
process.on('disconnect', () => process.exit());
