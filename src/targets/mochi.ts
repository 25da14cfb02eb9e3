import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builtBroker } from './built-broker.ts';
import { freePort } from './free-port.ts';
import { untilLogged } from './log-lines.ts';
import { startSpawned } from './spawned.ts';
import type { OwnTargetKind } from './target.ts';

const what = 'mochi-mqtt';

/** How long a CRL may take to be read again, or the garbage to be collected. */
const answerWithinMs = 60_000;

/** mochi-mqtt v2 behind Go's crypto/tls, in the small program of targets/mochi/. */
export const mochi: OwnTargetKind = {
  kind: 'mochi',
  revocation: ['none', 'crl-indexed'],
  connectAuth: ['none'],
  transports: ['tls'],
  lacks: {
    'revocation: ocsp':
      "mochi has no OCSP for client certificates: Go's crypto/tls leaves that to the program",
    'revocation: crl-native':
      "mochi has no CRLs of the TLS library's own: its program looks serial numbers up in an index (crl-indexed)",
    'connectAuth: password-hash': 'mochi has no file of hashed passwords',
    'connectAuth: database': 'mochi looks no password up in a database',
    'connectAuth: webservice': 'mochi asks no webservice',
  },
  async start(order, signal) {
    const program = builtBroker(order, 'mochi', what, 'mochi');
    const port = await freePort(order.host, order.port);
    const configFile = join(order.workDir, 'mochi.json');
    const logFile = join(order.workDir, 'mochi.log');
    const configuration = {
      address: `${order.host}:${port}`,
      certFile: order.serverCertFile,
      keyFile: order.serverKeyFile,
      clientCaFile: order.clientCaFile,
      clientCertificates: order.clientCertificates,
      crlFile: order.revocation === 'none' ? '' : order.crlFile,
      sessionTickets: order.sessionTickets,
    };
    await writeFile(configFile, `${JSON.stringify(configuration, null, 2)}\n`, { mode: 0o600 });
    const answered = (line: RegExp) => untilLogged(logFile, line, answerWithinMs, what);
    const introduced = answered(/^version (\S+) on (\S+)$/m);
    return startSpawned(
      {
        what,
        program,
        args: [configFile],
        port,
        logFile,
        readyWithinMs: 30_000,
        keepsakes: [
          { name: 'mochi.json', path: configFile },
          { name: 'mochi.log', path: logFile },
        ],
        version: async () => {
          const [, module, go] = await introduced();
          return `${what} ${module?.replace(/^v/, '')} on ${go}`;
        },
        prepareRound: async (pid) => {
          const collected = answered(/^collected$/m);
          process.kill(pid, 'SIGUSR1');
          await collected();
        },
        reloadRevocation: async (pid) => {
          const reloaded = answered(/^reloaded$/m);
          process.kill(pid, 'SIGHUP');
          await reloaded();
        },
      },
      order,
      signal,
    );
  },
};
