import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

/** A program that is not quite a broker: `node fake-broker.ts KIND PORT CERT KEY`. */
const [kind, port, cert, key] = process.argv.slice(2);
const listen = (server: { listen(port: number, host: string): unknown }) =>
  server.listen(Number(port), '127.0.0.1');

switch (kind) {
  case 'dies':
    console.error('reading the configuration\nbad option: require_certficate');
    process.exit(3);
    break;
  case 'never listens':
    console.error('still reading the CRL');
    setInterval(() => undefined, 1e6);
    break;
  case 'says nothing':
    listen(createServer(() => undefined));
    break;
  case 'no TLS':
    listen(
      createServer((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))),
    );
    break;
  case 'no MQTT':
    listen(
      createTlsServer({ cert: readFileSync(cert ?? ''), key: readFileSync(key ?? '') }, (socket) =>
        socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
      ),
    );
    break;
  case 'is deaf':
    process.on('SIGTERM', () => console.error('never'));
    listen(
      createTlsServer({ cert: readFileSync(cert ?? ''), key: readFileSync(key ?? '') }, (socket) =>
        socket.once('data', () => socket.end(Buffer.of(0x20, 2, 0, 0))),
      ),
    );
    break;
}
