import { connect, createServer } from 'node:net';

/**
 * A process between a client and the TLS server at the port of its argument. When the server has sent its flight, the relay sends it a
 * record that nobody encrypted; the server answers with an alert and ends, and the client's side is reset behind that alert. With
 * `mute` as second argument the client is reset behind the server's flight, without any alert.
 */
const [port, how] = process.argv.slice(2);
const spoiled = Buffer.concat([Buffer.from([0x17, 3, 3, 0, 32]), Buffer.alloc(32, 0x55)]);

const relay = createServer((client) => {
  const server = connect(Number(port), '127.0.0.1');
  client.on('error', () => server.destroy());
  client.on('close', () => server.destroy());
  server.on('error', () => {});
  client.once('data', (hello) => server.write(hello));
  server.once('data', () => {
    if (how === 'mute') setTimeout(() => client.resetAndDestroy(), 30);
    else setTimeout(() => server.write(spoiled), 30);
  });
  server.on('data', (bytes) => client.write(bytes));
  // What the server said last is delivered by then.
  server.on('end', () => setTimeout(() => client.resetAndDestroy(), 30));
});
relay.listen(0, '127.0.0.1', () => {
  const address = relay.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
